// What the wallet SDK takes for granted and Node has only from version 22 on.

import { WebSocket } from 'ws'

Object.groupBy ??= (items, keyOf) => {
    const groups = Object.create(null)
    let index = 0
    for (const item of items) (groups[keyOf(item, index++)] ??= []).push(item)
    return groups
}

Set.prototype.union ??= function (other) {
    return new Set([...this, ...other.keys()])
}

globalThis.WebSocket ??= WebSocket
