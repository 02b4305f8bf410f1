"""kafka-python over TLS: served by password and by certificate, refused with neither right."""
import json
import ssl
import sys

import kafka
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import NoBrokersAvailable

with open(sys.argv[1], encoding="utf-8") as file:
    SITE = json.load(file)
TOPIC = SITE["topic"]
TLS = {
    "bootstrap_servers": SITE["bootstrap"],
    "security_protocol": "SSL",
    "ssl_cafile": SITE["trust"],
    "ssl_certfile": SITE["certificate"],
    "ssl_keyfile": SITE["key"],
}


def served(value, settings):
    producer = KafkaProducer(**settings)
    producer.send(TOPIC, value=value, partition=0).get(30)
    producer.close()
    consumer = KafkaConsumer(consumer_timeout_ms=30000, **settings)
    partition = TopicPartition(TOPIC, 0)
    consumer.assign([partition])
    consumer.seek_to_beginning(partition)
    assert any(record.value == value for record in consumer), value
    consumer.close()


def closed(settings):
    """After SaslHandshake 0, the only one it knows, a server has no way to tell an error."""
    try:
        KafkaProducer(api_version_auto_timeout_ms=500, **settings)
        raise AssertionError("served with a wrong password")
    except NoBrokersAvailable:
        pass


def refused(why, settings):
    try:
        KafkaProducer(**settings)
        raise AssertionError("served, and not refused for " + why)
    except ssl.SSLError as error:
        assert why in str(error), error


for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]:
    by_password = {
        "bootstrap_servers": SITE["bootstrap"],
        "security_protocol": "SASL_SSL",
        "ssl_cafile": SITE["trust"],
        "sasl_mechanism": mechanism,
        "sasl_plain_username": SITE["user"],
        "sasl_plain_password": SITE["password"],
    }
    served(b"kafka-python by " + mechanism.encode(), by_password)
    closed({**by_password, "sasl_plain_password": "wrong"})
served(b"kafka-python by certificate", TLS)
refused("CERTIFICATE_VERIFY_FAILED", {**TLS, "ssl_cafile": SITE["strangers"]})
# In TLS 1.2 it is part of the handshake: afterwards this client may write before it reads the alert.
stranger = ssl.create_default_context(cafile=SITE["trust"])
stranger.maximum_version = ssl.TLSVersion.TLSv1_2
stranger.load_cert_chain(SITE["strangerCertificate"], SITE["strangerKey"])
refused("ALERT", {**TLS, "ssl_context": stranger})
print("ok", kafka.__version__)
