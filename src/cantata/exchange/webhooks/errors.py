"""What webhooks refuse."""

from __future__ import annotations

from cantata.exchange.errors import ExchangeError


class WebhookError(ExchangeError):
    """The root of what webhooks refuse."""

    code = "WEBHOOK_REFUSED"


class DestinationRefused(WebhookError):
    """News does not go to an address; fields `url` and `reason`."""

    code = "WEBHOOK_URL_REFUSED"

    def __init__(self, url: str, reason: str) -> None:
        self.url = url[:200]
        self.reason = reason
        super().__init__(
            f"webhooks cannot go to {self.url!r}: {reason}",
            hint="name a public https address; private networks are allowed by"
            " CANTATA_WEBHOOK_NETWORKS",
        )


class TopicRefused(WebhookError):
    """A text is no topic of the exchange, nor a pattern of some; field `topic`."""

    code = "WEBHOOK_TOPIC_REFUSED"

    def __init__(self, topic: str) -> None:
        self.topic = topic[:100]
        super().__init__(
            f"{self.topic!r} is no topic", hint="write exchange.deposit.credited or exchange.*"
        )


class EndpointUnknown(WebhookError):
    """There is no such endpoint; field `endpoint`."""

    code = "WEBHOOK_UNKNOWN"

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        super().__init__(f"there is no webhook {endpoint}", hint="list them; removed ones are gone")


class DeliveryUnknown(WebhookError):
    """The endpoint has no such delivery; field `delivery`."""

    code = "DELIVERY_UNKNOWN"

    def __init__(self, delivery: str) -> None:
        self.delivery = delivery
        super().__init__(
            f"there is no delivery {delivery} of this webhook", hint="they are kept for 30 days"
        )


class TooManyEndpoints(WebhookError):
    """There are as many endpoints as there may be; field `most`."""

    code = "TOO_MANY_WEBHOOKS"

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"there are {most} webhooks already", hint="remove one")


class SecretUnreadable(WebhookError):
    """A secret was sealed with another key of the service."""

    code = "WEBHOOK_SECRET_UNREADABLE"

    def __init__(self) -> None:
        super().__init__(
            "the webhook's secret was sealed with another CANTATA_AUTH_SECRET",
            hint="rotate the webhook's secret, and tell its receiver the new one",
        )
