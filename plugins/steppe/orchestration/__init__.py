"""Airflow: what the DAGs run, what joins them, and the processes of an installation.

The only package that imports airflow. DAG files wire; the layers below do the work and know nothing of Airflow.
"""
