// Allocations: what a settlement asks of wallets, with a contract that has all of its interfaces.

import { readFileSync } from 'node:fs'
import { given, refused, step, tell } from './story.mjs'
import { Wallet, auth, connect, submitJointly } from './wallet.mjs'

const TEMPLATE = '#cantata-everything:Cases.Everything:Everything'
const HOUR_MS = 3_600_000
const LEGS = ['allocate', 'execute', 'cancel', 'withdraw', 'instruction', 'reject', 'request']
const NOWHERE = new URL('http://localhost')

const sdk = await connect({ token: { auth, registries: [] } })
await sdk.user.create({ userId: given.user })
await sdk.ledger.dar.upload(readFileSync(given.dar), given.packageId)
const admin = await Wallet.open(sdk, 'admin')
const venue = await Wallet.open(sdk, 'venue')
const alice = await Wallet.open(sdk, 'alice')
const bob = await Wallet.open(sdk, 'bob')

const at = (hours) => new Date(Date.now() + hours * HOUR_MS).toISOString()
const meta = { values: {} }
const leg = {
    sender: alice.party,
    receiver: bob.party,
    amount: '7',
    instrumentId: { admin: admin.party, id: 'GLD' },
    meta,
}
const settlement = {
    executor: venue.party,
    settlementRef: { id: 'trade', cid: null },
    requestedAt: at(-1),
    allocateBefore: at(1),
    settleBefore: at(2),
    meta,
}
const specification = (transferLegId) => ({ settlement, transferLegId, transferLeg: leg })
for (const id of LEGS) {
    const times = { requestedAt: at(-1), executeBefore: at(1) }
    const createArguments = {
        admin: admin.party,
        viewer: venue.party,
        transfer: { ...leg, ...times, inputHoldingCids: [] },
        allocation: specification(id),
        legs: { [id]: leg },
    }
    await admin.submit({ CreateCommand: { templateId: TEMPLATE, createArguments } })
}

const { allocation } = sdk.token
const legsOf = (found) =>
    found.map(({ interfaceViewValue: view }) => view.allocation.transferLegId)
await step('allocations', async () => legsOf(await allocation.pending(alice.party)))
await step('instructions', async () => legsOf(await allocation.instruction.pending(alice.party)))
await step('requests', async () =>
    (await allocation.request.pending(venue.party)).map(({ interfaceViewValue: view }) => [
        view.settlement.executor === venue.party,
        Object.keys(view.transferLegs),
    ])
)
await step('unlocked holdings', () => sdk.token.utxos.list({ partyId: alice.party }))

const pending = await allocation.pending(alice.party)
const cidOf = (id) =>
    pending.find(({ interfaceViewValue: view }) => view.allocation.transferLegId === id).contractId
const choiceContext = { choiceContextData: { values: {} }, disclosedContracts: [] }
const asset = { admin: admin.party, registryUrl: NOWHERE }
const known = (id) => ({
    allocationCid: cidOf(id),
    asset,
    prefetchedRegistryChoiceContext: choiceContext,
})

/** Give what the choice at the root of a transaction says that it did. */
async function done({ updateId }) {
    const eventFormat = { filtersByParty: { [admin.party]: {} }, verbose: true }
    const transactionFormat = {
        eventFormat,
        transactionShape: 'TRANSACTION_SHAPE_LEDGER_EFFECTS',
    }
    const { transaction } = await sdk.ctx.ledgerProvider.request({
        method: 'ledgerApi',
        params: {
            requestMethod: 'post',
            resource: '/v2/updates/transaction-by-id',
            body: { updateId, transactionFormat },
        },
    })
    const { choice, exerciseResult } = transaction.events[0].ExercisedEvent
    return [choice, exerciseResult.meta.values.done]
}

const [allocate, shown] = await allocation.instruction.create({
    allocationSpecification: specification('gold for silver'),
    asset,
    inputUtxos: [cidOf('allocate')],
    prefetchedRegistryChoiceContext: { factoryId: cidOf('allocate'), choiceContext },
})
await step('allocate', async () => done(await alice.submit(allocate, shown)))

const all = [venue, alice, bob]
const [execute] = await allocation.execute(known('execute'))
await refused('execute alone', () => venue.submit(execute))
await step('execute', async () => done(await submitJointly(sdk, all, execute)))
const [cancel] = await allocation.cancel(known('cancel'))
await step('cancel', async () => done(await submitJointly(sdk, all, cancel)))
const [withdraw] = await allocation.withdraw(known('withdraw'))
await step('withdraw', async () => done(await alice.submit(withdraw)))

const [instruction] = await allocation.instruction.withdraw(cidOf('instruction'))
await step('withdraw instruction', async () => done(await alice.submit(instruction)))
const [reject] = await allocation.request.reject(cidOf('reject'), bob.party)
await step('reject request', async () => done(await bob.submit(reject)))
const [request] = await allocation.request.withdraw(cidOf('request'))
await step('withdraw request', async () => done(await venue.submit(request)))

tell('left', legsOf(await allocation.pending(bob.party)))
