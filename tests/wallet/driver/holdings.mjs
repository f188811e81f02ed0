// Holdings: the life of a token in wallets, and its history as the SDK reads it.

import { readFileSync } from 'node:fs'
import { HOLDING_INTERFACE_ID } from '@canton-network/core-token-standard'
import { given, refused, step, takeUntil } from './story.mjs'
import { Desk } from './desk.mjs'
import { Wallet, auth, connect } from './wallet.mjs'

const OFFER_OPEN_MS = 3_000

const sdk = await connect({
    token: { auth, registries: [] },
    asset: { auth, registries: [] },
    events: { auth, websocketURL: given.url.replace('http', 'ws') },
})
await sdk.user.create({ userId: given.user })

await step('assets', async () => sdk.asset.list)
await refused('unknown asset', () => sdk.asset.find('GLD'))

await step('package before', () => sdk.ledger.dar.check(given.packageId))
await sdk.ledger.dar.upload(readFileSync(given.dar), given.packageId)
await step('package after', () => sdk.ledger.dar.check(given.packageId))
await sdk.ledger.dar.upload(readFileSync(given.dar), given.packageId)

const issuer = await Wallet.open(sdk, 'issuer')
const alice = await Wallet.open(sdk, 'alice')
const bob = await Wallet.open(sdk, 'bob')
await step('parties', async () => ({ issuer: issuer.party, alice: alice.party, bob: bob.party }))
const desk = new Desk(sdk, issuer, 'GLD')
await desk.open()

const amounts = async (wallet, options) =>
    (await desk.holdings(wallet, options)).map(({ interfaceViewValue }) => interfaceViewValue.amount)

await step('nothing', () => desk.holdings(alice))
const minted = await step('mint', () => desk.mint(alice, '100', 'first issue'))
await step('one holding', () => desk.holdings(alice))

const offered = await step('offer', () => desk.transfer(alice, bob, '30', { memo: 'rent' }))
const [offer] = await step('pending', () => desk.pending(bob))
await step('sender sees', async () => (await desk.pending(alice)).length)
await step('locked', () => amounts(alice, { includeLocked: true }))
await step('free', () => amounts(alice))
const accepted = await step('accept', () => desk.answer(bob, offer, 'Accept'))
await step('after accept', async () => [await amounts(alice), await amounts(bob)])
await step('nothing pending', () => desk.pending(bob))

await desk.transfer(alice, bob, '5')
await step('reject', async () => desk.answer(bob, (await desk.pending(bob))[0], 'Reject'))
await desk.transfer(alice, bob, '6')
const [third] = await desk.pending(alice)
await refused('theft', () => desk.answer(bob, third, 'Withdraw'))
await step('withdraw', () => desk.answer(alice, third, 'Withdraw'))
await step('after answers', async () => [await amounts(alice), await amounts(bob)])

const preapproval = await desk.preapprove(bob)
await step('direct', () => desk.transfer(alice, bob, '10', { memo: 'coffee', preapproval }))
await step('merge', async () => {
    const sum = (await amounts(alice)).reduce((total, amount) => total + Number(amount), 0)
    const inputs = (await desk.holdings(alice)).map(({ contractId }) => contractId)
    return desk.transfer(alice, alice, sum.toFixed(2), { memo: 'merge-utxos', inputs })
})
await step('after merge', () => amounts(alice))
await refused('insufficient', () => desk.transfer(alice, bob, '1000000000'))
await step('burn', () => desk.burn(alice, '20', 'redeemed'))

const expiry = new Date(Date.now() + OFFER_OPEN_MS)
await desk.transfer(alice, bob, '1.5', { expiry })
const [late] = await desk.pending(bob)
await new Promise((resolve) => setTimeout(resolve, OFFER_OPEN_MS))
await refused('expired', () => desk.answer(bob, late, 'Accept'))
await step('expired lock', async () => (await amounts(alice)).length)
const locked = (await desk.holdings(alice)).find(({ interfaceViewValue }) => interfaceViewValue.lock)
await step('unlock', () => desk.unlock(alice, locked))

await step('at the end', async () => [await amounts(alice), await amounts(bob)])
await step('to completion', () => amounts(alice, { continueUntilCompletion: true }))
await step('limited', async () => (await amounts(alice, { limit: 1 })).length)
await step('earlier', () => amounts(alice, { offset: minted.completionOffset }))
await step('by interface', async () => {
    const wanted = { interfaceIds: [HOLDING_INTERFACE_ID], parties: [bob.party], filterByParty: true }
    const found = await sdk.ledger.acsReader.readJsContracts(wanted)
    return found.map(({ interfaceViews: [view] }) => [view.interfaceId, view.viewValue.owner])
})

await step('history of alice', () => sdk.token.holdings({ partyId: alice.party }))
await step('history of bob', () => sdk.token.holdings({ partyId: bob.party }))
await step('history of issuer', () => sdk.token.holdings({ partyId: issuer.party }))
await step('later history', () =>
    sdk.token.holdings({
        partyId: alice.party,
        afterOffset: offered.completionOffset,
        beforeOffset: accepted.completionOffset,
    })
)
await step('one transaction', () =>
    sdk.token.transactionsById({ updateId: accepted.updateId, partyId: bob.party })
)
await step('transfer objects', () =>
    sdk.token.tokenContext.tokenStandardService.getTransferObjectsById(offered.updateId, alice.party)
)
await refused('unknown transaction', () =>
    sdk.token.transactionsById({ updateId: `1220${'0'.repeat(64)}`, partyId: bob.party })
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
await step('allocations', () => sdk.token.allocation.pending(alice.party))
await step('allocation requests', () => sdk.token.allocation.request.pending(alice.party))
await step('allocation instructions', () => sdk.token.allocation.instruction.pending(alice.party))
