"""confluent-kafka (librdkafka) over TLS: served by password and by certificate, refused with neither right."""
import json
import sys
import time

import confluent_kafka
from confluent_kafka import Consumer, KafkaError, Producer, TopicPartition

with open(sys.argv[1], encoding="utf-8") as file:
    SITE = json.load(file)
TOPIC = SITE["topic"]
WAIT_S = 30

# Before 2.6.1 the end of SCRAM has the client's nonce twice (confluentinc/librdkafka#4895).
SCRAM_WORKS = confluent_kafka.libversion()[1] >= 0x02060100


def tls(**more):
    settings = {
        "bootstrap.servers": SITE["bootstrap"],
        "security.protocol": "ssl",
        "ssl.ca.location": SITE["trust"],
    }
    return {**settings, **{key.replace("_", "."): value for key, value in more.items()}}


def password(mechanism, secret=SITE["password"], **more):
    return tls(
        security_protocol="sasl_ssl",
        sasl_mechanism=mechanism,
        sasl_username=SITE["user"],
        sasl_password=secret,
        **more,
    )


def served(value, settings):
    failures = []
    producer = Producer(settings)
    producer.produce(
        TOPIC,
        value=value,
        partition=0,
        on_delivery=lambda error, _: failures.append(error) if error else None,
    )
    assert producer.flush(WAIT_S) == 0, value
    assert not failures, (value, failures)
    consumer = Consumer({**settings, "group.id": "unused"})
    consumer.assign([TopicPartition(TOPIC, 0, 0)])
    deadline = time.time() + WAIT_S
    read = []
    while value not in read:
        assert time.time() < deadline, (value, read)
        message = consumer.poll(1)
        if message is not None and not message.error():
            read.append(message.value())
    consumer.close()


def refused(code, why, settings):
    told = []
    producer = Producer({**settings, "error_cb": told.append})
    deadline = time.time() + WAIT_S
    while not any(error.code() == code and why in error.str() for error in told):
        assert time.time() < deadline, (code, why, told)
        producer.poll(0.1)


served(b"by PLAIN", password("PLAIN"))
for scram in ["SCRAM-SHA-256", "SCRAM-SHA-512"]:
    if SCRAM_WORKS:
        served(b"by " + scram.encode(), password(scram))
    else:
        refused(KafkaError._AUTHENTICATION, "invalid credentials", password(scram))
mutual = tls(ssl_certificate_location=SITE["certificate"], ssl_key_location=SITE["key"])
served(b"by certificate", mutual)

refused(KafkaError._AUTHENTICATION, "invalid credentials", password("PLAIN", secret="wrong"))
deceived = password("PLAIN", ssl_ca_location=SITE["strangers"])
refused(KafkaError._SSL, "certificate verify failed", deceived)
stranger = tls(
    ssl_certificate_location=SITE["strangerCertificate"], ssl_key_location=SITE["strangerKey"]
)
# In TLS 1.3 it comes after the handshake: librdkafka takes it for a failure of the connection.
refused(KafkaError._TRANSPORT, "alert certificate unknown", stranger)
print("ok", confluent_kafka.version()[0], confluent_kafka.libversion()[0])
