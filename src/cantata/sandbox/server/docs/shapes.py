"""What answers look like: the shapes of their JSON, and which operation gives which.

A shape is a list of members with their types, each of which may be null or left out; or, with
bars, an object of one member, whose name says what it holds: ``Name`` an empty object,
``Name(type)`` an object with that `value`, ``Name: Shape`` the shape itself. ``[type]`` is a list,
``{type}`` an object with any names.
"""

from __future__ import annotations

SHAPES = """
Empty =
SubmitAndWaitResponse = updateId string, completionOffset int64
JsSubmitAndWaitForTransactionResponse = transaction JsTransaction
JsTransaction = updateId string, commandId string, workflowId string, effectiveAt time,
    events [Event], offset int64, synchronizerId string, traceContext TraceContext,
    recordTime time, externalTransactionHash string, paidTrafficCost int64
Event = ArchivedEvent: ArchivedEvent | CreatedEvent: CreatedEvent | ExercisedEvent:
    ExercisedEvent
ArchivedEvent = offset int64, nodeId int32, contractId string, templateId string,
    witnessParties [string], packageName string, implementedInterfaces [string]
CreatedEvent = offset int64, nodeId int32, contractId string, templateId string, contractKey
    any, contractKeyHash string, createArgument any, createdEventBlob string, interfaceViews
    [JsInterfaceView], witnessParties [string], signatories [string], observers [string],
    createdAt time, packageName string, representativePackageId string, acsDelta boolean
JsInterfaceView = interfaceId string, viewStatus JsStatus, viewValue any,
    implementationPackageId string
JsStatus = code int32, message string, details [any]
ExercisedEvent = offset int64, nodeId int32, contractId string, templateId string,
    interfaceId string, choice string, choiceArgument any, actingParties [string], consuming
    boolean, witnessParties [string], lastDescendantNodeId int32, exerciseResult any,
    packageName string, implementedInterfaces [string], acsDelta boolean
TraceContext = traceparent string, tracestate string
JsSubmitAndWaitForReassignmentResponse = reassignment JsReassignment
JsReassignment = updateId string, commandId string, workflowId string, offset int64, events
    [JsReassignmentEvent], traceContext TraceContext, recordTime time, synchronizerId
    string, paidTrafficCost int64
JsReassignmentEvent = JsAssignmentEvent: JsAssignmentEvent |
    JsUnassignedEvent(UnassignedEvent)
JsAssignmentEvent = source string, target string, reassignmentId string, submitter string,
    reassignmentCounter int64, createdEvent CreatedEvent
UnassignedEvent = reassignmentId string, contractId string, templateId string, source
    string, target string, submitter string, reassignmentCounter int64,
    assignmentExclusivity time, witnessParties [string], packageName string, offset int64,
    nodeId int32
JsSubmitAndWaitForTransactionTreeResponse = transactionTree JsTransactionTree
JsTransactionTree = updateId string, commandId string, workflowId string, effectiveAt time,
    offset int64, eventsById {TreeEvent}, synchronizerId string, traceContext TraceContext,
    recordTime time
TreeEvent = CreatedTreeEvent(CreatedEvent) | ExercisedTreeEvent(ExercisedEvent)
CompletionStreamResponse = completionResponse CompletionResponse
CompletionResponse = Completion(Completion) | Empty | OffsetCheckpoint(OffsetCheckpoint)
Completion = commandId string, status JsStatus, updateId string, userId string, actAs
    [string], submissionId string, deduplicationPeriod DeduplicationPeriod, traceContext
    TraceContext, offset int64, synchronizerTime SynchronizerTime, paidTrafficCost int64
DeduplicationPeriod = DeduplicationDuration(Duration) | DeduplicationOffset(int64) | Empty
Duration = seconds int64, nanos int32, unknownFields any
SynchronizerTime = synchronizerId string, recordTime time
OffsetCheckpoint = offset int64, synchronizerTimes [SynchronizerTime]
JsGetEventsByContractIdResponse = created JsCreated, archived JsArchived
JsCreated = createdEvent CreatedEvent, synchronizerId string
JsArchived = archivedEvent ArchivedEvent, synchronizerId string
GetLedgerApiVersionResponse = version string, features FeaturesDescriptor
FeaturesDescriptor = experimental ExperimentalFeatures, userManagement
    UserManagementFeature, partyManagement PartyManagementFeature, offsetCheckpoint
    OffsetCheckpointFeature, packageFeature PackageFeature
ExperimentalFeatures = staticTime ExperimentalStaticTime, commandInspectionService
    ExperimentalCommandInspectionService
ExperimentalStaticTime = supported boolean
ExperimentalCommandInspectionService = supported boolean
UserManagementFeature = supported boolean, maxRightsPerUser int32, maxUsersPageSize int32
PartyManagementFeature = maxPartiesPageSize int32
OffsetCheckpointFeature = maxOffsetCheckpointEmissionDelay Duration
PackageFeature = maxVettedPackagesPageSize int32
ListPackagesResponse = packageIds [string]
GetPackageStatusResponse = packageStatus string
ListVettedPackagesResponse = vettedPackages [VettedPackages], nextPageToken string
VettedPackages = packages [VettedPackage], participantId string, synchronizerId string,
    topologySerial int32
VettedPackage = packageId string, validFromInclusive time, validUntilExclusive time,
    packageName string, packageVersion string
UpdateVettedPackagesResponse = pastVettedPackages VettedPackages, newVettedPackages
    VettedPackages
ListKnownPartiesResponse = partyDetails [PartyDetails], nextPageToken string
PartyDetails = party string, isLocal boolean, localMetadata ObjectMeta, identityProviderId
    string
ObjectMeta = resourceVersion string, annotations {string}
AllocatePartyResponse = partyDetails PartyDetails
AllocateExternalPartyResponse = partyId string
GetParticipantIdResponse = participantId string
GetPartiesResponse = partyDetails [PartyDetails]
UpdatePartyDetailsResponse = partyDetails PartyDetails
GenerateExternalPartyTopologyResponse = partyId string, publicKeyFingerprint string,
    topologyTransactions [string], multiHash string
JsGetActiveContractsResponse = workflowId string, contractEntry JsContractEntry,
    streamContinuationToken string
JsContractEntry = JsActiveContract: JsActiveContract | JsEmpty | JsIncompleteAssigned:
    JsIncompleteAssigned | JsIncompleteUnassigned: JsIncompleteUnassigned
JsActiveContract = createdEvent CreatedEvent, synchronizerId string, reassignmentCounter
    int64
JsIncompleteAssigned = assignedEvent JsAssignedEvent
JsAssignedEvent = source string, target string, reassignmentId string, submitter string,
    reassignmentCounter int64, createdEvent CreatedEvent
JsIncompleteUnassigned = createdEvent CreatedEvent, unassignedEvent UnassignedEvent
JsGetActiveContractsPageResponse = activeContracts [JsGetActiveContractsResponse],
    activeAtOffset int64, nextPageToken string
GetConnectedSynchronizersResponse = connectedSynchronizers [ConnectedSynchronizer]
ConnectedSynchronizer = synchronizerAlias string, synchronizerId string, permission string
GetLedgerEndResponse = offset int64
GetLatestPrunedOffsetsResponse = participantPrunedUpToInclusive int64,
    allDivulgedContractsPrunedUpToInclusive int64
JsGetUpdatesResponse = update Update
Update = OffsetCheckpoint(OffsetCheckpoint) | Reassignment(JsReassignment) |
    TopologyTransaction(JsTopologyTransaction) | Transaction(JsTransaction)
JsTopologyTransaction = updateId string, offset int64, synchronizerId string, recordTime
    time, events [TopologyEvent], traceContext TraceContext
TopologyEvent = event TopologyEventEvent
TopologyEventEvent = Empty | ParticipantAuthorizationAdded(ParticipantAuthorizationAdded) |
    ParticipantAuthorizationChanged(ParticipantAuthorizationChanged) |
    ParticipantAuthorizationOnboarding(ParticipantAuthorizationOnboarding) |
    ParticipantAuthorizationRevoked(ParticipantAuthorizationRevoked)
ParticipantAuthorizationAdded = partyId string, participantId string, participantPermission
    string
ParticipantAuthorizationChanged = partyId string, participantId string,
    participantPermission string
ParticipantAuthorizationOnboarding = partyId string, participantId string,
    participantPermission string
ParticipantAuthorizationRevoked = partyId string, participantId string
JsGetUpdateTreesResponse = update TreeUpdate
TreeUpdate = OffsetCheckpoint(OffsetCheckpoint) | Reassignment(JsReassignment) |
    TransactionTree(JsTransactionTree)
JsGetTransactionTreeResponse = transaction JsTransactionTree
JsGetTransactionResponse = transaction JsTransaction
JsGetUpdateResponse = update Update
JsGetUpdatesPageResponse = updates [JsGetUpdateResponse], lowestPageOffsetExclusive int64,
    highestPageOffsetInclusive int64, nextPageToken string
ListUsersResponse = users [User], nextPageToken string
User = id string, primaryParty string, isDeactivated boolean, metadata ObjectMeta,
    identityProviderId string, primaryPartyAuthentication boolean
CreateUserResponse = user User
GetUserResponse = user User
UpdateUserResponse = user User
ListUserRightsResponse = rights [Right]
Right = kind Kind
Kind = CanActAs(CanActAs) | CanExecuteAs(CanExecuteAs) | CanExecuteAsAnyParty(Empty) |
    CanReadAs(CanReadAs) | CanReadAsAnyParty(Empty) | Empty | IdentityProviderAdmin(Empty) |
    ParticipantAdmin(Empty)
CanActAs = party string
CanExecuteAs = party string
CanReadAs = party string
GrantUserRightsResponse = newlyGrantedRights [Right]
RevokeUserRightsResponse = newlyRevokedRights [Right]
ListIdentityProviderConfigsResponse = identityProviderConfigs [IdentityProviderConfig]
IdentityProviderConfig = identityProviderId string, isDeactivated boolean, issuer string,
    jwksUrl string, audience string
CreateIdentityProviderConfigResponse = identityProviderConfig IdentityProviderConfig
GetIdentityProviderConfigResponse = identityProviderConfig IdentityProviderConfig
UpdateIdentityProviderConfigResponse = identityProviderConfig IdentityProviderConfig
JsPrepareSubmissionResponse = preparedTransaction string, preparedTransactionHash string,
    hashingSchemeVersion string, hashingDetails string, costEstimation CostEstimation
CostEstimation = estimationTimestamp time, confirmationRequestTrafficCostEstimation int64,
    confirmationResponseTrafficCostEstimation int64, totalTrafficCostEstimation int64
ExecuteSubmissionAndWaitResponse = updateId string, completionOffset int64
GetPreferredPackageVersionResponse = packagePreference PackagePreference
PackagePreference = packageReference PackageReference, synchronizerId string
PackageReference = packageId string, packageName string, packageVersion string
GetPreferredPackagesResponse = packageReferences [PackageReference], synchronizerId string
GetContractResponse = createdEvent CreatedEvent
"""

OPERATIONS = """
POST /v2/commands/submit-and-wait SubmitAndWaitResponse
POST /v2/commands/submit-and-wait-for-transaction JsSubmitAndWaitForTransactionResponse
POST /v2/commands/submit-and-wait-for-reassignment JsSubmitAndWaitForReassignmentResponse
POST /v2/commands/submit-and-wait-for-transaction-tree JsSubmitAndWaitForTransactionTreeResponse
POST /v2/commands/async/submit Empty
POST /v2/commands/async/submit-reassignment Empty
POST /v2/commands/completions [CompletionStreamResponse]
POST /v2/commands/command-completions [CompletionStreamResponse]
POST /v2/events/events-by-contract-id JsGetEventsByContractIdResponse
GET /v2/version GetLedgerApiVersionResponse
POST /v2/dars Empty
GET /v2/packages ListPackagesResponse
POST /v2/packages Empty
GET /v2/packages/{package-id}/status GetPackageStatusResponse
GET /v2/package-vetting ListVettedPackagesResponse
POST /v2/package-vetting UpdateVettedPackagesResponse
POST /v2/package-vetting/list ListVettedPackagesResponse
POST /v2/package-vetting/update UpdateVettedPackagesResponse
GET /v2/parties ListKnownPartiesResponse
POST /v2/parties AllocatePartyResponse
POST /v2/parties/external/allocate AllocateExternalPartyResponse
GET /v2/parties/participant-id GetParticipantIdResponse
GET /v2/parties/{party} GetPartiesResponse
PATCH /v2/parties/{party} UpdatePartyDetailsResponse
POST /v2/parties/external/generate-topology GenerateExternalPartyTopologyResponse
POST /v2/state/active-contracts [JsGetActiveContractsResponse]
GET /v2/state/active-contracts-page JsGetActiveContractsPageResponse
POST /v2/state/active-contracts-page JsGetActiveContractsPageResponse
GET /v2/state/connected-synchronizers GetConnectedSynchronizersResponse
GET /v2/state/ledger-end GetLedgerEndResponse
GET /v2/state/latest-pruned-offsets GetLatestPrunedOffsetsResponse
POST /v2/updates [JsGetUpdatesResponse]
POST /v2/updates/flats [JsGetUpdatesResponse]
POST /v2/updates/trees [JsGetUpdateTreesResponse]
GET /v2/updates/transaction-tree-by-offset/{offset} JsGetTransactionTreeResponse
POST /v2/updates/transaction-by-offset JsGetTransactionResponse
POST /v2/updates/update-by-offset JsGetUpdateResponse
POST /v2/updates/transaction-by-id JsGetTransactionResponse
POST /v2/updates/update-by-id JsGetUpdateResponse
GET /v2/updates/transaction-tree-by-id/{update-id} JsGetTransactionTreeResponse
POST /v2/updates/get-updates-page JsGetUpdatesPageResponse
GET /v2/users ListUsersResponse
POST /v2/users CreateUserResponse
GET /v2/users/{user-id} GetUserResponse
DELETE /v2/users/{user-id} Empty
PATCH /v2/users/{user-id} UpdateUserResponse
GET /v2/authenticated-user GetUserResponse
GET /v2/users/{user-id}/rights ListUserRightsResponse
POST /v2/users/{user-id}/rights GrantUserRightsResponse
PATCH /v2/users/{user-id}/rights RevokeUserRightsResponse
PATCH /v2/users/{user-id}/identity-provider-id Empty
GET /v2/idps ListIdentityProviderConfigsResponse
POST /v2/idps CreateIdentityProviderConfigResponse
GET /v2/idps/{idp-id} GetIdentityProviderConfigResponse
DELETE /v2/idps/{idp-id} Empty
PATCH /v2/idps/{idp-id} UpdateIdentityProviderConfigResponse
POST /v2/interactive-submission/prepare JsPrepareSubmissionResponse
POST /v2/interactive-submission/execute Empty
POST /v2/interactive-submission/executeAndWait ExecuteSubmissionAndWaitResponse
POST /v2/interactive-submission/executeAndWaitForTransaction JsGetTransactionResponse
GET /v2/interactive-submission/preferred-package-version GetPreferredPackageVersionResponse
POST /v2/interactive-submission/preferred-packages GetPreferredPackagesResponse
POST /v2/contracts/contract-by-id GetContractResponse
"""
