// kafkajs: admin, producer, consumer group, commits.
const assert = require('node:assert')
const { CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = require('kafkajs')

const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.WARN })
const topic = 'kafkajs'
const records = 500

const messages = (first) =>
  Array.from({ length: records }, (_, i) => ({
    key: `k${first + i}`,
    value: `v${first + i}`,
    headers: { n: `${first + i}` },
  }))

// What a member of the group reads until it has had as many; it commits what it read when it stops.
const read = async (count) => {
  const consumer = kafka.consumer({ groupId: topic, sessionTimeout: 6000 })
  const seen = new Map()
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error))
    consumer
      .run({
        eachMessage: async ({ message }) => {
          assert.equal(`k${message.headers.n}`, message.key.toString())
          seen.set(message.key.toString(), message.value.toString())
          if (seen.size === count) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return seen
}

const expected = (first, last) =>
  new Map(Array.from({ length: last - first }, (_, i) => [`k${first + i}`, `v${first + i}`]))

const main = async () => {
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    topics: [{ topic, numPartitions: 2, configEntries: [{ name: 'retention.ms', value: '86400000' }] }],
  })
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  assert.equal(topics[0].partitions.length, 3)
  const configs = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ['retention.ms'] }],
  })
  assert.equal(configs.resources[0].configEntries[0].configValue, '86400000')

  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  await producer.send({ topic, messages: messages(0) })
  await producer.send({ topic, messages: messages(records), compression: CompressionTypes.GZIP })
  assert.deepEqual(await read(2 * records), expected(0, 2 * records))

  const described = await admin.describeGroups([topic])
  assert.equal(described.groups[0].state, 'Empty')
  const [{ partitions }] = await admin.fetchOffsets({ groupId: topic, topics: [topic] })
  assert.equal(partitions.reduce((sum, { offset }) => sum + Number(offset), 0), 2 * records)
  const ends = await admin.fetchTopicOffsets(topic)
  assert.equal(ends.reduce((sum, { high }) => sum + Number(high), 0), 2 * records)

  await producer.send({ topic, messages: messages(2 * records) })
  assert.deepEqual(await read(records), expected(2 * records, 3 * records))
  await producer.disconnect()
  await admin.deleteGroups([topic])
  await admin.deleteTopics({ topics: [topic] })
  await admin.disconnect()
}

main().then(
  () => console.log('ok', require('kafkajs/package.json').version, 'on Node.js', process.version),
  (error) => {
    console.error(error)
    process.exit(1)
  }
)
