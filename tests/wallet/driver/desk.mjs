// An instrument of the package cantata-tokens, dealt in as a wallet does it without a registry.
//
// A registry tells a wallet the contract of the factory, the choice context and the contracts to
// disclose. Here the issuer's own ledger tells them, and the SDK takes them as fetched before.

import { submitJointly } from './wallet.mjs'

const PACKAGE = '#cantata-tokens:Cantata.Tokens'
const INSTRUMENT = `${PACKAGE}.Instrument:Instrument`
const RULES = `${PACKAGE}.Rules:TokenRules`
const FACTORY = `${PACKAGE}.Factory:TokenFactory`
const PREAPPROVAL = `${PACKAGE}.Preapproval:TransferPreapproval`
const TOKEN = `${PACKAGE}.Token:Token`
const REASON = 'splice.lfdecentralizedtrust.org/reason'

const reason = (text) => ({ values: { [REASON]: text } })
const cid = ({ contractId }) => ({ tag: 'AV_ContractId', value: contractId })
const exercise = (templateId, contractId, choice, choiceArgument) => ({
    ExerciseCommand: { templateId, contractId, choice, choiceArgument },
})

export class Desk {
    constructor(sdk, issuer, id) {
        this.sdk = sdk
        this.issuer = issuer
        this.instrumentId = { admin: issuer.party, id }
        this.service = sdk.token.tokenContext.tokenStandardService.transfer
    }

    /** Put the instrument, its rules and its factory on the ledger. */
    async open() {
        const { instrumentId } = this
        const terms = { instrumentId, decimals: '2', paused: [] }
        const names = { name: 'Gold', symbol: 'GLD', cap: null, supply: '0', meta: reason('') }
        await this.#create(INSTRUMENT, { ...terms, ...names })
        const open = { accountsRequired: false, countries: [], approver: null }
        await this.#create(RULES, { ...terms, ...open })
        await this.#create(FACTORY, { instrumentId })
    }

    /** Mint: issuer and receiver sign the same transaction. */
    async mint(receiver, amount, why) {
        const { contractId } = await this.#only(INSTRUMENT)
        const meta = reason(why)
        const given = { receiver: receiver.party, amount, meta }
        const command = exercise(INSTRUMENT, contractId, 'Instrument_Mint', given)
        return submitJointly(this.sdk, [this.issuer, receiver], command)
    }

    /** Burn an amount out of all that an owner has. */
    async burn(owner, amount, why) {
        const [instrument, rules] = [await this.#only(INSTRUMENT), await this.#only(RULES)]
        const command = exercise(INSTRUMENT, instrument.contractId, 'Instrument_Burn', {
            owner: owner.party,
            amount,
            inputHoldingCids: (await this.holdings(owner)).map(({ contractId }) => contractId),
            extraArgs: { context: { values: { 'token-rules': cid(rules) } }, meta: reason(why) },
        })
        return owner.submit(command, [instrument, rules])
    }

    /** Transfer by the standard's factory: by offer, to oneself, or under a pre-approval. */
    async transfer(sender, receiver, amount, { memo, expiry, preapproval, inputs } = {}) {
        const [factory, rules] = [await this.#only(FACTORY), await this.#only(RULES)]
        const consent = preapproval && { 'transfer-preapproval': cid(preapproval) }
        const choiceContext = {
            choiceContextData: { values: { 'token-rules': cid(rules), ...consent } },
            disclosedContracts: [factory, rules, ...(preapproval ? [preapproval] : [])],
        }
        const context = { factoryId: factory.contractId, choiceContext }
        const { admin, id } = this.instrumentId
        const [ExerciseCommand, disclosed] = await this.service.createTransfer(
            ...[sender.party, receiver.party, amount, admin, id, ''],
            ...[inputs, memo, expiry, undefined, context]
        )
        return sender.submit({ ExerciseCommand }, disclosed)
    }

    /** Accept, reject or withdraw an offer; the receiver is shown the locked funds and the rules. */
    async answer(party, offer, how) {
        const [lockedCid] = offer.interfaceViewValue.transfer.inputHoldingCids
        const locked = await this.#only(TOKEN, ({ contractId }) => contractId === lockedCid)
        const named = how === 'Accept' ? { 'token-rules': await this.#only(RULES) } : {}
        const values = Object.fromEntries(Object.entries(named).map(([key, it]) => [key, cid(it)]))
        const disclosedContracts = [locked, ...Object.values(named)]
        const context = { choiceContextData: { values }, disclosedContracts }
        const [ExerciseCommand, disclosed] = await this.service.createTransferInstruction(
            offer.contractId,
            '',
            how,
            context
        )
        return party.submit({ ExerciseCommand }, disclosed)
    }

    /** Let a receiver consent to direct transfers; give the consent as a disclosed contract. */
    async preapprove(receiver) {
        const factory = await this.#only(FACTORY)
        const given = { receiver: receiver.party, expiresAt: null }
        const command = exercise(FACTORY, factory.contractId, 'TokenFactory_Preapprove', given)
        await receiver.submit(command, [factory])
        return this.#only(PREAPPROVAL)
    }

    /** Take an expired lock off a holding. */
    async unlock(owner, { contractId }) {
        return owner.submit(exercise(TOKEN, contractId, 'Token_Unlock', { meta: reason('') }))
    }

    /** What a party has, as the SDK lists it. */
    async holdings({ party }, options = {}) {
        const found = await this.sdk.token.utxos.list({ partyId: party, ...options })
        return found.filter(({ interfaceViewValue }) => interfaceViewValue.owner === party)
    }

    /** The offers that wait and that a party sees. */
    async pending({ party }) {
        return this.sdk.token.transfer.pending(party)
    }

    async #create(templateId, createArguments) {
        await this.issuer.submit({ CreateCommand: { templateId, createArguments } })
    }

    /** A contract that the issuer sees, as it is disclosed to others. */
    async #only(templateId, isWanted = () => true) {
        const parties = [this.issuer.party]
        const wanted = { parties, templateIds: [templateId], filterByParty: true }
        const found = (await this.sdk.ledger.acs.read(wanted)).find(isWanted)
        const { contractId, createdEventBlob, synchronizerId } = found
        return { templateId: found.templateId, contractId, createdEventBlob, synchronizerId }
    }
}
