// kafkajs: transactions with a group's offsets, committed and aborted.
const assert = require('node:assert')
const { Kafka, logLevel } = require('kafkajs')

const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.WARN })
const topic = 'kafkajs-transactions'
const groupId = 'kafkajs-transactions'

// The values up to the one that is the last.
const readCommitted = async (last) => {
  const consumer = kafka.consumer({ groupId: 'kafkajs-reader', readUncommitted: false })
  const values = []
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error))
    consumer
      .run({
        eachMessage: async ({ message }) => {
          values.push(message.value.toString())
          if (values.at(-1) === last) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return values
}

const main = async () => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }] })
  const producer = kafka.producer({ transactionalId: 'kafkajs', idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()

  const aborted = await producer.transaction()
  await aborted.send({ topic, messages: [{ value: 'aborted' }] })
  await aborted.abort()

  for (const value of ['one', 'two']) {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: [{ value }] })
    if (value === 'one') {
      await transaction.sendOffsets({
        consumerGroupId: groupId,
        topics: [{ topic, partitions: [{ partition: 0, offset: '2' }] }],
      })
    }
    await transaction.commit()
  }
  assert.deepEqual(await readCommitted('two'), ['one', 'two'])
  // The marker of the group's partition may come after that of the topic's.
  let offset
  for (let i = 0; i < 100 && offset !== '2'; i++) {
    const [{ partitions }] = await admin.fetchOffsets({ groupId, topics: [topic] })
    offset = partitions[0].offset
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.equal(offset, '2')
  await producer.disconnect()
  await admin.disconnect()
}

main().then(
  () => console.log('ok', require('kafkajs/package.json').version, 'on Node.js', process.version),
  (error) => {
    console.error(error)
    process.exit(1)
  }
)
