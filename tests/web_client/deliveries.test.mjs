/** A file to several: the slowest says how far it is, and whoever has gone holds nothing up. */
import assert from 'node:assert/strict'
import { test } from 'node:test'

import { Delivery } from '../../web_client/js/call/deliveries.js'

const all = () => true
const only =
  (...ids) =>
  (id) =>
    ids.includes(id)

test('it is as far as with the slowest', () => {
  const file = new Delivery(['a', 'b'])
  file.set('a', { done: 900 })
  assert.equal(file.done(all), 0)
  file.set('b', { done: 300 })
  assert.equal(file.done(all), 300)
})

test('it arrives once, when both have it', () => {
  const file = new Delivery(['a', 'b'])
  file.set('a', { has: true, done: 1000 })
  assert.equal(file.arrives(all), false)
  file.set('b', { has: true, done: 1000 })
  assert.equal(file.arrives(all), true)
  assert.equal(file.arrives(all), false)
})

test('who leaves half-way is not waited for', () => {
  const file = new Delivery(['a', 'b'])
  file.set('a', { has: true, done: 1000 })
  file.set('b', { done: 200 })
  assert.equal(file.done(only('a')), 1000)
  assert.equal(file.arrives(only('a')), true)
})

test('with nobody left it waits where it was, and goes on when they are back', () => {
  const file = new Delivery(['a'])
  file.set('a', { done: 400 })
  assert.equal(file.done(only()), 400)
  assert.equal(file.arrives(only()), false)
  file.set('a', { has: true, done: 1000 })
  assert.equal(file.arrives(all), true)
})

test('who had it whole and left has it still', () => {
  const file = new Delivery(['a', 'b'])
  file.set('a', { has: true, done: 1000 })
  assert.equal(file.arrives(only('b')), false)
  file.set('b', { has: true, done: 1000 })
  assert.equal(file.arrives(only('b')), true)
})

test('what comes from somebody it is not for changes nothing', () => {
  const file = new Delivery(['a'])
  file.set('x', { has: true, done: 1000 })
  assert.equal(file.done(all), 0)
})
