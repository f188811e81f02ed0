// A wallet: the SDK with a key of its own, which hashes everything again before it signs.

import { hashPreparedTransaction } from '@canton-network/core-tx-visualizer'
import { CustomLogAdapter, SDK, signTransactionHash } from '@canton-network/wallet-sdk'
import { given, tell } from './story.mjs'

/** Where the SDK's log goes, so that standard output is for the steps. */
export const logAdapter = new CustomLogAdapter((level, context, message) => {
    if (level === 'error' || level === 'warn') console.error(level, message, context)
})

export const auth = { method: 'static', token: given.token }

/** The SDK, connected to the sandbox. */
export async function connect(options = {}) {
    return SDK.create({ auth, ledgerClientUrl: given.url, logAdapter, ...options })
}

/** The SDK without a ledger. */
export const offline = SDK.createOffline({ logAdapter })

/** Hash a prepared transaction by both implementations that come with the SDK. */
export async function hashes(preparedTransaction) {
    const bySdk = await offline.utils.hash.preparedTransaction(preparedTransaction)
    return {
        hashOfSdk: bySdk.toBase64(),
        hashOfVisualizer: await hashPreparedTransaction(preparedTransaction, 'base64'),
    }
}

/** Tell a prepared transaction with its hashes; refuse to go on where they differ. */
export async function check(response) {
    const { preparedTransaction, preparedTransactionHash } = response
    const again = await hashes(preparedTransaction)
    tell('submit', { preparedTransaction, preparedTransactionHash, ...again })
    if (again.hashOfSdk !== preparedTransactionHash) throw new Error('the hash is another one')
}

/** A party with its own key. */
export class Wallet {
    constructor(sdk, party, keys) {
        this.sdk = sdk
        this.party = party
        this.keys = keys
    }

    /** Make a key and have its party allocated. */
    static async open(sdk, partyHint) {
        const keys = sdk.keys.generate()
        const created = sdk.party.external.create(keys.publicKey, { partyHint })
        const { partyId } = await created
            .sign(keys.privateKey)
            .execute({ grantUserRights: false })
        await sdk.user.rights.grant({ userRights: { actAs: [partyId] } })
        return new Wallet(sdk, partyId, keys)
    }

    /** Prepare commands, check the hash, sign and execute; gives updateId and completionOffset. */
    async submit(commands, disclosedContracts = []) {
        const prepared = this.sdk.ledger.prepare({
            partyId: this.party,
            commands,
            disclosedContracts,
        })
        await check((await prepared.toJSON()).response)
        return prepared.sign(this.keys.privateKey).execute({ partyId: this.party })
    }

    /** Sign a prepared transaction; give the signature as the ledger takes it. */
    signatures({ preparedTransactionHash }) {
        const signature = {
            signature: signTransactionHash(preparedTransactionHash, this.keys.privateKey),
            signedBy: this.party.split('::')[1],
            format: 'SIGNATURE_FORMAT_CONCAT',
            signingAlgorithmSpec: 'SIGNING_ALGORITHM_SPEC_ED25519',
        }
        return { party: this.party, signatures: [signature] }
    }
}

/** Submit what several parties have to sign; the SDK's own execute knows one party only. */
export async function submitJointly(sdk, wallets, command, disclosedContracts = []) {
    const actAs = wallets.map(({ party }) => party)
    const commandId = crypto.randomUUID()
    const request = { commands: [command], actAs, commandId, disclosedContracts }
    const response = await sdk.ledger.internal.prepare(request)
    await check(response)
    const signatures = wallets.map((wallet) => wallet.signatures(response))
    return sdk.ctx.ledgerProvider.request({
        method: 'ledgerApi',
        params: {
            requestMethod: 'post',
            resource: '/v2/interactive-submission/executeAndWait',
            body: {
                userId: sdk.ctx.userId,
                preparedTransaction: response.preparedTransaction,
                hashingSchemeVersion: response.hashingSchemeVersion,
                submissionId: commandId,
                deduplicationPeriod: { Empty: {} },
                partySignatures: { signatures },
            },
        },
    })
}
