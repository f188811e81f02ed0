// Without a ledger: keys, fingerprints, hashes and commands.

import {
    SDK,
    getPublicKeyFromPrivate,
    signTransactionHash,
} from '@canton-network/wallet-sdk'
import { verifySignedTxHash } from '@canton-network/core-signing-lib'
import { given, step } from './story.mjs'
import { hashes, logAdapter } from './wallet.mjs'

const sdk = SDK.createOffline({ logAdapter })
const keys = await step('keys', async () => sdk.keys.generate())
await step('public key', async () => getPublicKeyFromPrivate(keys.privateKey))
await step('fingerprint', () => sdk.keys.fingerprint(keys.publicKey))
await step('multi-hash', () => sdk.utils.hash.topologyTransaction(given.topology))
await step('signed', async () => {
    const signature = signTransactionHash(given.hash, keys.privateKey)
    return verifySignedTxHash(given.hash, keys.publicKey, signature)
})
await step('ping', async () =>
    sdk.utils.ping.create([{ id: 'one', initiator: 'a::1220', responder: 'b::1220' }])
)
await step('prepared', () => hashes(given.prepared))
