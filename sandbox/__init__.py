"""The doubles: an Aura and a Slack strict enough to develop against, and a page to act on."""
