// Reading: the active contracts, by every reader of the SDK.

import { given, refused, step } from './story.mjs'
import { Wallet, connect } from './wallet.mjs'

const PING = '#canton-builtin-admin-workflow-ping:Canton.Internal.Ping:Ping'
const LIST_MAX = 200

const sdk = await connect()
await sdk.user.create({ userId: given.user })
const alice = await Wallet.open(sdk, 'alice')
const ping = (id) => sdk.utils.ping.create([{ id, initiator: alice.party, responder: alice.party }])
const mine = { parties: [alice.party], templateIds: [PING], filterByParty: true }
const ids = (contracts) => contracts.map(({ createArgument }) => createArgument.id)

await step('nothing', () => sdk.ledger.acsReader.readJsContracts(mine))
await alice.submit(ping('one'))
const before = await sdk.ledger.ledgerEnd()
await step('one', async () => {
    const contracts = await sdk.ledger.acsReader.readJsContracts(mine)
    return contracts.map(({ createArgument, createdEventBlob, synchronizerId }) => ({
        createArgument,
        hasBlob: createdEventBlob !== '',
        synchronizerId,
    }))
})
await alice.submit(ping('two'))
await step('two', async () => ids(await sdk.ledger.acsReader.readJsContracts(mine)))

const [first] = await sdk.ledger.acsReader.readJsContracts(mine)
await alice.submit({
    ExerciseCommand: {
        templateId: PING,
        contractId: first.contractId,
        choice: 'Archive',
        choiceArgument: {},
    },
})
await step('after archival', async () => ids(await sdk.ledger.acsReader.readJsContracts(mine)))
await step('deprecated', async () => ids(await sdk.ledger.acs.read(mine)))
await step('at offset', async () => ids(await sdk.ledger.acs.read({ ...mine, offset: before })))
await step('raw', () => sdk.ledger.acsReader.raw.read(mine))
await step('by any party', async () => ids(await sdk.ledger.acs.read({ templateIds: [PING] })))
await step('unknown template', () =>
    sdk.ledger.acs.read({ ...mine, templateIds: [`${PING}Pong`] }).catch((reason) => reason)
)

const bob = await sdk.party.internal.allocate({ partyHint: 'bob' })
for (let number = 0; number <= LIST_MAX; number++) {
    const commands = sdk.utils.ping.create([{ id: `${number}`, initiator: bob, responder: bob }])
    await sdk.ledger.internal.submit({ actAs: [bob], commands })
}
const many = { ...mine, parties: [bob] }
await refused('too many', () => sdk.ledger.acs.read(many))
await step('limited', async () => ids(await sdk.ledger.acs.read({ ...many, limit: 5 })))
