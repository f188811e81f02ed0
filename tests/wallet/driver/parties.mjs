// External parties: topology, hashes, signatures and allocation, online and offline.

import { decodeTopologyTransaction } from '@canton-network/core-tx-visualizer'
import { signTransactionHash } from '@canton-network/wallet-sdk'
import { given, refused, step } from './story.mjs'
import { connect, offline } from './wallet.mjs'

const sdk = await connect()
await sdk.user.create({ userId: given.user })

const keys = sdk.keys.generate()
const created = sdk.party.external.create(keys.publicKey, { partyHint: 'alice' })
const topology = await step('topology', () => created.topology())
await step('fingerprint', () => offline.keys.fingerprint(keys.publicKey))
await step('multi-hash', () => offline.utils.hash.topologyTransaction(topology.topologyTransactions))
await step('deprecated multi-hash', () => sdk.party.hashTopologyTx(topology.topologyTransactions))
await step('decoded', async () => topology.topologyTransactions.map(decoded))
await step('party', () => created.sign(keys.privateKey).execute())
await step('party again', () => created.sign(keys.privateKey).execute())

const cold = offline.keys.generate()
const prepared = sdk.party.external.create(cold.publicKey, { partyHint: 'cold' })
const { multiHash } = await prepared.topology()
const signature = signTransactionHash(multiHash, cold.privateKey)
await step('offline party', () => prepared.execute(signature, { grantUserRights: false }))

const other = offline.keys.generate()
await refused('forged party', () =>
    sdk.party.external
        .create(other.publicKey, { partyHint: 'forged' })
        .sign(cold.privateKey)
        .execute({ grantUserRights: false })
)
await step('nameless party', () =>
    sdk.party.external
        .create(other.publicKey, { confirmingThreshold: 1, synchronizerId: given.synchronizerId })
        .sign(other.privateKey)
        .execute({ grantUserRights: false })
)
await step('rights', () => sdk.user.rights.list())
await step('parties', () => sdk.party.list())

function decoded(transaction) {
    const { operation, serial, mapping } = decodeTopologyTransaction(transaction)
    return { operation, serial, mapping: mapping?.mapping.oneofKind }
}
