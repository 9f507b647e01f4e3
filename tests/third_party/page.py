"""Runs the snippets of python-gitlab's page about pipelines and jobs against the server in GITLAB_URL.

Each snippet stands as the page has it. One that this release of python-gitlab, or GitLab itself, no longer takes is
listed with the error that it must raise. Prints a line for each: its number, and what came of it.
"""

import os
import time

import gitlab

URL = os.environ["GITLAB_URL"]
gl = gitlab.Gitlab(URL, private_token=os.environ["GITLAB_TOKEN"])
project_id = 1
project = gl.projects.get(project_id)
group = gl.groups.get("demo")


def finished(pipeline):
    """Waits until the pipeline has ended; the simulated server needs milliseconds for that."""
    while pipeline.status not in ("success", "failed", "canceled", "skipped", "manual"):
        time.sleep(0.005)
        pipeline.refresh()
    return pipeline


def job_with_artifacts():
    pipeline = finished(project.pipelines.create({"ref": "master"}))
    for job in pipeline.jobs.list(get_all=True):
        if "artifacts_file" in job.attributes:
            return project.jobs.get(job.id)
    raise AssertionError("no job of the pipeline has an archive of artifacts")


def manual_job():
    for job in project.jobs.list(iterator=True, scope="manual"):
        return project.jobs.get(job.id)
    raise AssertionError("no job waits for somebody to start it")


def file_in(job):
    import io
    import zipfile

    names = zipfile.ZipFile(io.BytesIO(job.artifacts())).namelist()
    return next(name for name in names if not name.endswith("/"))


class Foo(object):
    def __init__(self):
        self._fd = open("artifacts.zip", "wb")

    def __call__(self, chunk):
        self._fd.write(chunk)


def get_or_create_trigger(project):
    trigger_decription = "my_trigger_id"
    for t in project.triggers.list():
        if t.description == trigger_decription:
            return t
    return project.triggers.create({"description": trigger_decription})


names = globals()
names.update(
    pipeline_id=project.pipelines.create({"ref": "master"}).id,
    trigger_token=project.triggers.create({"description": "page"}).token,
    schedule_id=project.pipelineschedules.create({"ref": "main", "description": "page", "cron": "0 1 * * *"}).id,
)
build_or_job = job_with_artifacts()
job_id = build_or_job.id
path_to_file = file_in(build_or_job)

SNIPPETS = [
    ("P01", "pipelines = project.pipelines.list()"),
    ("P02", "pipeline = project.pipelines.get(pipeline_id)"),
    ("P03", "variables = pipeline.variables.list()"),
    ("P04", "pipeline = project.pipelines.create({'ref': 'master'})"),
    ("P05", "pipeline.retry()"),
    ("P06", "pipeline.cancel()"),
    ("P07", "pipeline.delete()"),
    ("T01", "triggers = project.triggers.list()"),
    ("T02b", "trigger = project.triggers.get(triggers[-1].id)"),
    ("T03", "trigger = project.triggers.create({'description': 'mytrigger'})"),
    ("T04b", "project.triggers.delete(trigger.id); trigger = project.triggers.create({'description': 'mytrigger'})"),
    ("T05", "trigger.delete()"),
    (
        "T06",
        "trigger = get_or_create_trigger(project)\n"
        "pipeline = project.trigger_pipeline('master', trigger.token, variables={'DEPLOY_ZONE': 'us-west1'})\n"
        "while pipeline.finished_at is None:\n"
        "    pipeline.refresh()\n"
        "    time.sleep(0.005)\n"
        "assert pipeline.status == 'success'",
    ),
    (
        "T07",
        "anonymous = gitlab.Gitlab(URL)  # no authentication\n"
        "lazy = anonymous.projects.get(project_id, lazy=True)  # no API call\n"
        "lazy.trigger_pipeline('master', trigger_token)",
    ),
    ("S01", "scheds = project.pipelineschedules.list()"),
    ("S02b", "sched = project.pipelineschedules.get(schedule_id)"),
    (
        "S03",
        "sched = project.pipelineschedules.create({\n"
        "    'ref': 'master',\n"
        "    'description': 'Daily test',\n"
        "    'cron': '0 1 * * *'})",
    ),
    ("S04", "sched.cron = '1 2 * * *'\nsched.save()"),
    ("S07", "var = sched.variables.create({'key': 'foo', 'value': 'bar'})"),
    (
        "S06",
        "sched = project.pipelineschedules.get(sched.id)\n"
        "vars_ = sched.attributes['variables']\n"
        "assert [v['key'] for v in vars_] == ['foo']",
    ),
    ("S08", "var.value = 'new_value'\nvar.save()"),
    ("S09", "var.delete()"),
    ("S05", "sched.delete()"),
    ("V01", "p_variables = project.variables.list()\ng_variables = group.variables.list()"),
    (
        "V03",
        "var = project.variables.create({'key': 'key_name', 'value': 'value1'})\n"
        "var = group.variables.create({'key': 'key_name', 'value': 'value1'})",
    ),
    ("V02", "p_var = project.variables.get('key_name')\ng_var = group.variables.get('key_name')"),
    ("V04", "var.value = 'new_value'\nvar.save()\nassert group.variables.get('key_name').value == 'new_value'"),
    ("V05", "project.variables.delete('key_name')\nvar.delete()"),
    ("J01b", "project.trigger_pipeline('master', trigger_token, {'extra_var1': 'foo', 'extra_var2': 'bar'})"),
    ("J02", "jobs = project.jobs.list()"),
    ("J03", "project.jobs.get(job_id)"),
    (
        "J04",
        "project = gl.projects.get(project_id)\n"
        "pipeline = project.pipelines.get(build_or_job.pipeline['id'])\n"
        "jobs = pipeline.jobs.list()",
    ),
    (
        "J05",
        "pipeline_job = pipeline.jobs.list()[0]\n"
        "job = project.jobs.get(pipeline_job.id, lazy=True)\n"
        "job.retry()",
    ),
    ("J06", "assert len(build_or_job.artifacts()) == build_or_job.artifacts_file['size']"),
    ("J07", "target = Foo()\nbuild_or_job.artifacts(streamed=True, action=target)\ndel(target)"),
    (
        "J08",
        'zipfn = "___artifacts.zip"\n'
        'with open(zipfn, "wb") as f:\n'
        "    build_or_job.artifacts(streamed=True, action=f.write)\n"
        "os.unlink(zipfn)",
    ),
    ("J09", "assert build_or_job.artifact(path_to_file)"),
    ("J10b", "assert project.artifacts.raw('master', path_to_file, build_or_job.name)"),
    ("J11", "build_or_job.keep_artifacts()"),
    ("J13", "assert build_or_job.trace()"),
    ("J12", "build_or_job.delete_artifacts()"),
    ("J14", "build_or_job.cancel()\nbuild_or_job.retry()"),
    ("J15", "manual = manual_job()\nmanual.play()"),
    ("J16", "erased = job_with_artifacts()\nerased.erase()"),
]

# What the page has and nobody can run any more, with the error that says so.
GONE = [
    ("T02", "project.triggers.get(trigger_token)", "GitlabGetError", "GitLab takes the trigger's number only"),
    ("T04", "project.triggers.delete(trigger_token)", "GitlabDeleteError", "GitLab takes the trigger's number only"),
    ("S02", "sched = projects.pipelineschedules.get(schedule_id)", "NameError", "the page means `project`"),
    ("J01", "project.trigger_build('master', trigger_token, {'k': 'v'})", "AttributeError", "python-gitlab dropped it"),
    ("J10", "project.artifact('branch', 'path/to/file', 'job')", "AttributeError", "python-gitlab dropped it"),
]

for number, snippet in SNIPPETS:
    exec(snippet, names)
    print(number, "ok")

for number, snippet, error, reason in GONE:
    try:
        exec(snippet, names)
    except Exception as raised:
        assert type(raised).__name__ == error, (number, raised)
        print(number, "gone:", reason)
    else:
        raise AssertionError(f"{number} works again")
