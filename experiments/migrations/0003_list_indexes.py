"""Indexes that the list of runs sorts by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("experiments", "0002_search")]
    operations = [
        migrations.AddIndex(
            "latestmetric", models.Index(fields=["name", "split", "value", "run"], name="latest_metric_value")
        ),
        migrations.AddIndex("run", models.Index(fields=["name", "id"], name="run_name")),
    ]
