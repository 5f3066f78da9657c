from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("artworks", "0004_painterly")]
    operations = [
        migrations.AlterField(
            model_name="artwork",
            name="kind",
            field=models.CharField(
                choices=[
                    ("iris", "Iris"),
                    ("enhance", "Enhance"),
                    ("layers", "Layers"),
                    ("painterly", "Painting"),
                    ("render", "Facade"),
                    ("photo", "As it is"),
                ],
                max_length=10,
            ),
        ),
    ]
