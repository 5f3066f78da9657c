import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("artworks", "0005_render"), ("photos", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="handmask",
            name="photo",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="photos.photo",
            ),
        ),
    ]
