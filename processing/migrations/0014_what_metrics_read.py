"""What /metrics reads without going through whole tables, and what it serves of checks that ran."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('processing', '0013_dead_letters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('value', models.FloatField()),
                ('read_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.AddField(
            model_name='workerbeat',
            name='cpu_seconds',
            field=models.FloatField(default=0, help_text='What it and its children have used so far.'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('state__in', ('pending', 'processing'))), fields=['queue'], name='job_unfinished_idx'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('finished_at__isnull', False)), fields=['finished_at'], name='job_finished_idx'),
        ),
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('discarded_at', None), ('is_dead_letter', True)), fields=['finished_at'], name='job_dead_letter_idx'),
        ),
        migrations.AddIndex(
            model_name='jobfile',
            index=models.Index(condition=models.Q(('status', 'staged')), fields=['created_at'], name='jobfile_staged_idx'),
        ),
        migrations.AddConstraint(
            model_name='reading',
            constraint=models.UniqueConstraint(fields=('name', 'label'), name='reading_once'),
        ),
    ]
