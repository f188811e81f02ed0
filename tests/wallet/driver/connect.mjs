// Connecting: the ledger, its user, rights, parties and packages.

import { given, refused, step } from './story.mjs'
import { connect } from './wallet.mjs'

const sdk = await connect()
const provider = sdk.ctx.ledgerProvider
const get = (resource, more = {}) =>
    provider.request({
        method: 'ledgerApi',
        params: { requestMethod: 'get', resource, query: {}, ...more },
    })

await step('version', () => get('/v2/version'))
await step('context', async () => ({
    userId: sdk.ctx.userId,
    synchronizerId: sdk.ctx.defaultSynchronizerId,
}))
await step('ledger end', () => sdk.ledger.ledgerEnd())

await step('user', () => sdk.user.create({ userId: given.user }))
await step('user again', () => sdk.user.create({ userId: given.user }))
await step('users', () => sdk.user.list())
await refused('unknown user', () =>
    get('/v2/users/{user-id}', { path: { 'user-id': 'nobody' } })
)
await step('no rights', () => sdk.user.rights.list())
await step('no parties', () => sdk.party.list())

const party = await step('party', () => sdk.party.internal.allocate({ partyHint: 'alice' }))
await step('party again', () => sdk.party.internal.allocate({ partyHint: 'alice' }))
await step('nameless party', () => sdk.party.internal.allocate())
await step('unknown party', () =>
    get('/v2/parties/{party}', { path: { party: `nobody::1220${'0'.repeat(64)}` } })
)
await step('parties', () => sdk.party.list())

const everything = { readAs: [party], canReadAsAnyParty: true, canExecuteAsAnyParty: true }
await step('grant', () => sdk.user.rights.grant({ userRights: everything }))
await step('rights', () => sdk.user.rights.list())
await step('all parties', () => sdk.party.list())
await step('revoke', () => sdk.user.rights.revoke({ userRights: everything }))
await step('rights left', () => sdk.user.rights.list())

const { packageIds } = await step('packages', () => get('/v2/packages'))
await step('known package', () => sdk.ledger.dar.check(packageIds[0]))
await step('unknown package', () => sdk.ledger.dar.check('0'.repeat(64)))
