// Connecting to a ledger that wants tokens: given ones, self-signed ones, forged ones.

import { given, refused, step } from './story.mjs'
import { Wallet, connect } from './wallet.mjs'

const admin = await connect()
await step('administrator', async () => admin.ctx.userId)

const issuer = 'urn:cantata:tests'
const selfSigned = { method: 'self_signed', issuer, credentials: given.credentials }
const forged = { method: 'static', token: given.forged }
await refused('forged token', () => connect({ auth: forged }))
await refused('unknown user', () => connect({ auth: selfSigned }))

const userId = given.credentials.clientId
await admin.user.create({ userId })
const sdk = await connect({ auth: selfSigned })
await step('self-signed', async () => sdk.ctx.userId)
await refused('no administrator', () => sdk.party.internal.allocate({ partyHint: 'mine' }))

const wallet = await Wallet.open(admin, 'alice')
await admin.user.rights.grant({ userId, userRights: { actAs: [wallet.party] } })
await step('party', async () => wallet.party)
await step('parties', () => sdk.party.list())

const ping = [{ id: 'ping', initiator: wallet.party, responder: wallet.party }]
const own = new Wallet(sdk, wallet.party, wallet.keys)
await step('ping', () => own.submit(sdk.utils.ping.create(ping)))

const foreign = await Wallet.open(admin, 'bob')
const foreignPing = [{ id: 'ping', initiator: foreign.party, responder: foreign.party }]
await refused('foreign ping', () =>
    new Wallet(sdk, foreign.party, foreign.keys).submit(sdk.utils.ping.create(foreignPing))
)
