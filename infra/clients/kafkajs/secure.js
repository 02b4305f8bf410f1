// kafkajs over TLS: served by password and by certificate, refused with neither right.
const assert = require('node:assert')
const fs = require('node:fs')
const { Kafka, logLevel } = require('kafkajs')

const site = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const { topic } = site
const pem = (name) => fs.readFileSync(site[name])

const client = ({ ssl = {}, sasl, logCreator }) =>
  new Kafka({
    brokers: [site.bootstrap],
    ssl: { ca: [pem('trust')], ...ssl },
    sasl,
    retry: { retries: 0 },
    logLevel: logLevel.WARN,
    logCreator,
  })

const password = (mechanism, secret = site.password) => ({
  mechanism,
  username: site.user,
  password: secret,
})

const served = async (value, how) => {
  const kafka = client(how)
  const producer = kafka.producer()
  await producer.connect()
  await producer.send({ topic, messages: [{ value, partition: 0 }] })
  await producer.disconnect()
  const consumer = kafka.consumer({ groupId: value, sessionTimeout: 6000 })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await new Promise((resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error))
    consumer
      .run({
        eachMessage: async ({ message }) => {
          if (message.value.toString() === value) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
}

const refused = async (name, why, how) => {
  const admin = client({ ...how, logCreator: () => () => {} }).admin()
  await assert.rejects(
    async () => {
      await admin.connect()
      await admin.listTopics()
    },
    (error) => {
      const chain = [error, error.cause].filter(Boolean)
      assert.ok(
        chain.some((each) => each.name === name && why.test(each.message)),
        `${name} ${why}: ${chain}`
      )
      return true
    }
  )
  await admin.disconnect()
}

const main = async () => {
  for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
    await served(`kafkajs by ${mechanism}`, { sasl: password(mechanism) })
    await refused('KafkaJSSASLAuthenticationError', /authentication failed/i, { sasl: password(mechanism, 'wrong') })
  }
  const own = { cert: pem('certificate'), key: pem('key') }
  await served('kafkajs by certificate', { ssl: own })
  await refused('KafkaJSConnectionError', /certificate/, { ssl: { ca: [pem('strangers')] }, sasl: password('plain') })
  // In TLS 1.2 it is part of the handshake.
  const stranger = { cert: pem('strangerCertificate'), key: pem('strangerKey'), maxVersion: 'TLSv1.2' }
  await refused('KafkaJSConnectionError', /alert/, { ssl: stranger })
}

main().then(
  () => console.log('ok', require('kafkajs/package.json').version, 'on Node.js', process.version),
  (error) => {
    console.error(error)
    process.exit(1)
  }
)
