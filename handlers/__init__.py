"""Slack payload in, typed value, one service call, one view out."""
