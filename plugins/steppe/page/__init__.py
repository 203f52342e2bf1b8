"""The page inside Airflow: the region at a glance, for people who may see it.

A view is one small thing: ``include/sql/80_page/NAME.sql``, whose header says its title and group, and ``templates/NAME.html``; a view
without a template is a list, shown by ``templates/list.html`` and exported from its SQL. A view appears for those whose role may read
all its inputs. Nothing here imports Airflow or filters rows: who asks is told by the caller, what he sees is the database's.
"""

from steppe.page.app import create_app

__all__ = ["create_app"]
