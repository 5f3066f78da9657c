"""Vectors for faces and likeness: on in every database, given ones included. A database's owner may switch them on."""

from django.db import migrations
from pgvector.django import VectorExtension


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0014_what_metrics_read'),
    ]

    operations = [
        VectorExtension(),
    ]
