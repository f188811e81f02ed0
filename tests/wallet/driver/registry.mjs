// Tokens of two issuers in wallets, with nothing but the issuers' registries: the SDK as it stands.

import { HOLDING_INTERFACE_ID } from '@canton-network/core-token-standard'
import { given, refused, step, takeUntil, tell } from './story.mjs'
import { Wallet, auth, connect } from './wallet.mjs'

const OFFER_OPEN_MS = 20_000
const LOOK_MS = 100
const HOUR_MS = 3_600_000
const TRADE = '#cantata-settlement:Cantata.Settlement.Trade'
const OFFSET = 'x-ledger-offset'
const gold = new URL(given.registries.GOLD)
const cash = new URL(given.registries.CASH)
const registries = [gold, cash]

const sdk = await connect({
    token: { auth, registries },
    asset: { auth, registries },
    events: { auth, websocketURL: given.url.replace('http', 'ws') },
})
const { allocation, transfer, utxos } = sdk.token
const open = (name) => new Wallet(sdk, given.wallets[name].party, given.wallets[name].keys)
const alice = open('alice')
const bob = open('bob')
const venue = open('venue')

/** Submit what the SDK built, and wait until the registries have heard of it. */
async function submit(wallet, [command, disclosed]) {
    const done = await wallet.submit(command, disclosed)
    for (const url of registries) {
        let heard = 0
        while (heard < done.completionOffset) {
            const answer = await fetch(`${url.href}/registry/metadata/v1/info`)
            if (!answer.ok) throw new Error(`${url.href} answered ${answer.status}`)
            heard = Number(answer.headers.get(OFFSET))
            if (heard < done.completionOffset) await new Promise((go) => setTimeout(go, LOOK_MS))
        }
    }
    return done
}

/** The amounts that a party has of an instrument, free ones only unless told otherwise. */
async function amounts({ party }, instrument, options = {}) {
    const found = await utxos.list({ partyId: party, ...options })
    return found
        .map(({ interfaceViewValue }) => interfaceViewValue)
        .filter(({ owner, instrumentId }) => owner === party && instrumentId.id === instrument)
        .map(({ amount }) => amount)
}

/** Offer gold to Bob. */
async function offer(amount, options = {}) {
    const parties = { sender: alice.party, recipient: bob.party }
    const asked = { ...parties, amount, instrumentId: 'GOLD', registryUrl: gold, ...options }
    return submit(alice, await transfer.create(asked))
}

const pending = async ({ party }) => transfer.pending(party)
const answering = ({ contractId }) => ({ transferInstructionCid: contractId, registryUrl: gold })

await step('assets', async () =>
    sdk.asset.list.map(({ id, admin, registryUrl }) => [id, admin, registryUrl.href])
)
await step('found', async () => (await sdk.asset.find('GOLD', gold)).admin)
await step('holdings', () => utxos.list({ partyId: alice.party }))

const offered = await step('offer', () => offer('30', { memo: 'rent' }))
const [waiting] = await step('pending', () => pending(bob))
await step('locked', async () => [
    await amounts(alice, 'GOLD'),
    await amounts(alice, 'GOLD', { includeLocked: true }),
])
const accepted = await step('accept', async () =>
    submit(bob, await transfer.accept(answering(waiting)))
)
await step('after accept', async () => [await amounts(alice, 'GOLD'), await amounts(bob, 'GOLD')])
await step('nothing pending', () => pending(bob))
await refused('accept again', () => transfer.accept(answering(waiting)))

await offer('5')
await step('reject', async () =>
    submit(bob, await transfer.reject(answering((await pending(bob))[0])))
)
await offer('6')
await step('withdraw', async () =>
    submit(alice, await transfer.withdraw(answering((await pending(alice))[0])))
)
await step('after answers', async () => [await amounts(alice, 'GOLD'), await pending(bob)])

const expirationDate = new Date(Date.now() + OFFER_OPEN_MS)
await offer('1', { expirationDate })
const [late] = await pending(bob)
await new Promise((go) => setTimeout(go, expirationDate - Date.now() + LOOK_MS))
await refused('expired', async () => submit(bob, await transfer.accept(answering(late))))
await step('take back', async () => submit(alice, await transfer.withdraw(answering(late))))

await step('direct', async () => {
    const parties = { sender: bob.party, recipient: alice.party }
    const asked = { ...parties, amount: '10', instrumentId: 'GOLD', registryUrl: gold }
    return submit(bob, await transfer.create(asked))
})
await step('after direct', async () => [(await pending(alice)).length, await amounts(bob, 'GOLD')])
await step('before merge', () => amounts(alice, 'GOLD'))
const [merges, shown] = await utxos.merge({ partyId: alice.party })
for (const command of merges) await submit(alice, [command, shown])
await step('after merge', () => amounts(alice, 'GOLD'))
await refused('insufficient', () => offer('1000000000'))

const leg = ({ party }, receiver, amount, id) => ({
    sender: party,
    receiver: receiver.party,
    amount,
    instrumentId: { admin: given.admins[id], id },
    meta: { values: {} },
})

/** The one contract of a template that a party sees. */
async function only({ party }, templateId) {
    const wanted = { parties: [party], templateIds: [templateId], filterByParty: true }
    const found = await sdk.ledger.acs.read(wanted)
    if (found.length !== 1) throw new Error(`${found.length} of ${templateId}`)
    return found[0].contractId
}

/** Exercise a choice of the trade. */
async function trade(wallet, entity, choice, choiceArgument, disclosed = []) {
    const templateId = `${TRADE}:${entity}`
    const contractId = await only(wallet, templateId)
    const ExerciseCommand = { templateId, contractId, choice, choiceArgument }
    return submit(wallet, [{ ExerciseCommand }, disclosed])
}

/** Agree on a trade up to where its parties are asked to allocate. */
async function agree() {
    const transferLegs = {
        gold: leg(alice, bob, '7', 'GOLD'),
        cash: leg(bob, alice, '700', 'CASH'),
    }
    const proposal = { venue: venue.party, tradeCid: null, transferLegs, approvers: [alice.party] }
    const templateId = `${TRADE}:OTCTradeProposal`
    await submit(alice, [{ CreateCommand: { templateId, createArguments: proposal } }, []])
    await trade(bob, 'OTCTradeProposal', 'OTCTradeProposal_Accept', { approver: bob.party })
    const at = (hours) => new Date(Date.now() + hours * HOUR_MS).toISOString()
    const deadlines = { prepareUntil: at(1), settleBefore: at(2) }
    await trade(venue, 'OTCTradeProposal', 'OTCTradeProposal_InitiateSettlement', deadlines)
}

/** Allocate what a party's wallet is asked for. */
async function allocate(wallet, transferLegId, asset) {
    const [request] = await allocation.request.pending(wallet.party)
    const { settlement, transferLegs } = request.interfaceViewValue
    const transferLeg = transferLegs[transferLegId]
    const allocationSpecification = { settlement, transferLegId, transferLeg }
    const built = await allocation.instruction.create({ allocationSpecification, asset })
    return submit(wallet, built)
}

const goldAsset = await sdk.asset.find('GOLD', gold)
const cashAsset = await sdk.asset.find('CASH', cash)
const assets = { gold: goldAsset, cash: cashAsset }
const legIdOf = ({ interfaceViewValue }) => interfaceViewValue.allocation.transferLegId

await agree()
await step('requests', async () =>
    (await allocation.request.pending(alice.party)).map(({ interfaceViewValue }) =>
        Object.keys(interfaceViewValue.transferLegs).sort()
    )
)
await step('allocate gold', () => allocate(alice, 'gold', goldAsset))
await step('allocate cash', () => allocate(bob, 'cash', cashAsset))
const allocations = await allocation.pending(venue.party)
await step('allocations', async () => allocations.map(legIdOf).sort())
await step('allocated', async () => [await amounts(alice, 'GOLD'), await amounts(bob, 'CASH')])

/** End the allocations of a trade by one of its choices, with what their registries give for it. */
async function end(found, choice, build) {
    const allocationsWithContext = {}
    const disclosed = new Map()
    for (const each of found) {
        const asset = assets[legIdOf(each)]
        const [command, contracts] = await build({ allocationCid: each.contractId, asset })
        const { ExerciseCommand } = command.ExerciseCommand ? command : { ExerciseCommand: command }
        const { extraArgs } = ExerciseCommand.choiceArgument
        allocationsWithContext[legIdOf(each)] = { allocationCid: each.contractId, extraArgs }
        for (const contract of contracts) disclosed.set(contract.contractId, contract)
    }
    return trade(venue, 'OTCTrade', choice, { allocationsWithContext }, [...disclosed.values()])
}

const settled = await step('settle', () =>
    end(allocations, 'OTCTrade_Settle', (known) => allocation.execute(known))
)
await step('after settlement', async () => [
    [await amounts(alice, 'GOLD'), await amounts(alice, 'CASH')],
    [await amounts(bob, 'GOLD'), await amounts(bob, 'CASH')],
])
await step('allocations left', () => allocation.pending(venue.party))

await agree()
await allocate(alice, 'gold', goldAsset)
const [unsettled] = await allocation.pending(alice.party)
await step('withdraw allocation', async () =>
    submit(
        alice,
        await allocation.withdraw({ allocationCid: unsettled.contractId, asset: goldAsset })
    )
)
await step('after withdrawal', () => amounts(alice, 'GOLD'))
await allocate(alice, 'gold', goldAsset)
await step('allocated again', () => amounts(alice, 'GOLD'))
await step('cancel', async () =>
    end(await allocation.pending(venue.party), 'OTCTrade_Cancel', (known) =>
        allocation.cancel(known)
    )
)
await step('requests left', () => allocation.request.pending(alice.party))
await step('at the end', () => amounts(alice, 'GOLD'))

await step('history of alice', () => sdk.token.holdings({ partyId: alice.party }))
await step('history of bob', () => sdk.token.holdings({ partyId: bob.party }))
await step('one transaction', () =>
    sdk.token.transactionsById({ updateId: accepted.updateId, partyId: bob.party })
)
await step('settlement', () =>
    sdk.token.transactionsById({ updateId: settled.updateId, partyId: alice.party })
)
await step('event', () =>
    takeUntil(
        sdk.events.updates({
            partyId: bob.party,
            beginOffset: offered.completionOffset,
            interfaceIds: [HOLDING_INTERFACE_ID],
        }),
        ({ update }) => Boolean(update?.Transaction)
    )
)
tell('end')
