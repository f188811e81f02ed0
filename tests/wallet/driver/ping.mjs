// Interactive submission: prepare, hash, sign and execute, online and offline.

import { signTransactionHash } from '@canton-network/wallet-sdk'
import { given, refused, step, tell } from './story.mjs'
import { Wallet, check, connect, offline } from './wallet.mjs'

const sdk = await connect()
await sdk.user.create({ userId: given.user })
const alice = await Wallet.open(sdk, 'alice')
const ping = (id, party = alice.party) =>
    sdk.utils.ping.create([{ id, initiator: party, responder: party }])
const prepare = (id, more = {}) =>
    sdk.ledger.prepare({ partyId: alice.party, commands: ping(id), ...more })

await step('ping', () => alice.submit(ping('first')))

const prepared = prepare('decoded', { commandId: 'decoded' })
await check((await prepared.toJSON()).response)
const { metadata } = await prepared.decode()
tell('decoded', {
    actAs: metadata.submitterInfo.actAs,
    commandId: metadata.submitterInfo.commandId,
    synchronizerId: metadata.synchronizerId,
})
const signed = prepared.sign(alice.keys.privateKey)
await step('executed', () => signed.execute({ partyId: alice.party, submissionId: 'mine' }))
await refused('executed again', () => signed.execute({ partyId: alice.party }))

// The transaction crosses to a machine without a network and comes back with a signature.
const { response } = await prepare('cold').toJSON()
await check(response)
const cold = await offline.utils.hash.preparedTransaction(response.preparedTransaction)
const signature = signTransactionHash(cold.toBase64(), alice.keys.privateKey)
const carried = sdk.ledger.fromSignature(response, signature)
await step('offline', () => sdk.ledger.execute(carried, { partyId: alice.party }))

const stranger = offline.keys.generate()
await refused('forged signature', () =>
    prepare('forged').sign(stranger.privateKey).execute({ partyId: alice.party })
)

const other = (await prepare('swapped').toJSON()).response
const swapped = { ...other, preparedTransaction: response.preparedTransaction }
await refused('other transaction', () =>
    sdk.ledger
        .fromSignature(swapped, signTransactionHash(other.preparedTransactionHash, alice.keys.privateKey))
        .execute({ partyId: alice.party })
)

await refused('two commands', () => prepare('two', { commands: [...ping('a'), ...ping('b')] }).toJSON())
await refused('unhosted party', () =>
    sdk.ledger.prepare({ partyId: `nobody::1220${'0'.repeat(64)}`, commands: ping('n') }).toJSON()
)

const bob = await sdk.party.internal.allocate({ partyHint: 'bob' })
const internal = { actAs: [bob], commands: ping('internal', bob), commandId: 'internal' }
await step('internal', () => sdk.ledger.internal.submit(internal))
await refused('internal again', () => sdk.ledger.internal.submit(internal))
await refused('external as internal', () =>
    sdk.ledger.internal.submit({ actAs: [alice.party], commands: ping('x') })
)
await step('ledger end', () => sdk.ledger.ledgerEnd())
