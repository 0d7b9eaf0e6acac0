"""The world: Aura, Slack, Redis, the queue and the clock."""
