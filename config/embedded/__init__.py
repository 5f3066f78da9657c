"""Embedded services: PostgreSQL and Redis beside the application, under one small supervisor.

DATABASE_URL and REDIS_URL replace them; nothing else changes.
"""
