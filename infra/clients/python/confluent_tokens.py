"""confluent-kafka (librdkafka): a producer and a consumer that come in by a token (OAUTHBEARER)."""
import sys
import time

import confluent_kafka
from confluent_kafka import Consumer, Producer, TopicPartition

BOOTSTRAP, TOPIC, TOKEN = sys.argv[1:4]
SECURITY = {
    "bootstrap.servers": BOOTSTRAP,
    "security.protocol": "sasl_plaintext",
    "sasl.mechanism": "OAUTHBEARER",
    "oauth_cb": lambda _: (TOKEN, time.time() + 600),
}

failures = []
producer = Producer(SECURITY)
producer.produce(
    TOPIC,
    value=b"by a token",
    partition=0,
    on_delivery=lambda error, _: failures.append(error) if error else None,
)
assert producer.flush(30) == 0
assert not failures, failures[0]

consumer = Consumer({**SECURITY, "group.id": "unused", "auto.offset.reset": "earliest"})
consumer.assign([TopicPartition(TOPIC, 0, 0)])
deadline = time.time() + 30
found = False
while not found and time.time() < deadline:
    message = consumer.poll(1)
    found = message is not None and not message.error() and message.value() == b"by a token"
assert found
consumer.close()
print("ok", confluent_kafka.version()[0], confluent_kafka.libversion()[0])
