from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("processing", "0010_socket_tickets"),
    ]

    operations = [
        migrations.AlterField(
            model_name="workerbeat",
            name="queue",
            field=models.CharField(help_text="The queues it serves, with commas between them.", max_length=60),
        ),
    ]
