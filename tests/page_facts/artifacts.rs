//! The section "Jobs" of the page, as far as it is about artifacts.

use std::fs::File;
use std::io::Write as _;

use zip::ZipArchive;

use super::row::{Fact, Row};

const ARCHIVE: &[Fact] = &[("GET /api/v4/projects/1/jobs/7/artifacts", "")];

const FILE_OF_BRANCH: &[Fact] =
    &[("GET /api/v4/projects/1/jobs/artifacts/branch/raw/path/to/file?job=job", "")];

pub(crate) const ROWS: &[Row] = &[
    Row {
        id: "J06",
        page: "build_or_job.artifacts()",
        rhai: r#"if build_or_job.artifacts().len() == 0 { throw "nothing came" }"#,
        rust: |given| {
            Box::pin(async move {
                assert!(!given.project.jobs().lazy(7).artifacts().bytes().await?.is_empty());
                Ok(())
            })
        },
        before: &[],
        facts: ARCHIVE,
    },
    Row {
        id: "J07",
        page: "class Foo(object):\n    \
                   def __init__(self):\n        self._fd = open('artifacts.zip', 'wb')\n\n    \
                   def __call__(self, chunk):\n        self._fd.write(chunk)\n\n\
               target = Foo()\n\
               build_or_job.artifacts(streamed=True, action=target)\n\
               del(target)  # flushes data on disk",
        rhai: r#"
            let target = open_file(folder + "/artifacts.zip", "wb");
            build_or_job.artifacts(#{action: |chunk| target.write(chunk)});
            target.close();
            unzip(folder + "/artifacts.zip", folder)"#,
        rust: |given| {
            Box::pin(async move {
                let path = given.folder.join("artifacts.zip");
                let mut target = File::create(&path).unwrap();
                let mut chunks = given.project.jobs().lazy(7).artifacts().start().await?;
                while let Some(chunk) = chunks.next().await? {
                    target.write_all(&chunk).unwrap();
                }
                drop(target);
                assert_eq!(ZipArchive::new(File::open(path).unwrap()).unwrap().len(), 1);
                Ok(())
            })
        },
        before: &[],
        facts: ARCHIVE,
    },
    Row {
        id: "J08",
        page: "zipfn = \"___artifacts.zip\"\n\
               with open(zipfn, \"wb\") as f:\n    \
                   build_or_job.artifacts(streamed=True, action=f.write)\n\
               subprocess.run([\"unzip\", \"-bo\", zipfn])\n\
               os.unlink(zipfn)",
        rhai: r#"
            let zipfn = folder + "/___artifacts.zip";
            build_or_job.artifacts(#{to: zipfn});
            let files = unzip(zipfn, folder);
            remove_file(zipfn);
            if files != [folder + "/path/to/file"] { throw files; }"#,
        rust: |given| {
            Box::pin(async move {
                let zipfn = given.folder.join("___artifacts.zip");
                given.project.jobs().lazy(7).artifacts().to_file(&zipfn).await?;
                ZipArchive::new(File::open(&zipfn).unwrap()).unwrap().extract(&given.folder).unwrap();
                std::fs::remove_file(zipfn).unwrap();
                assert!(given.folder.join("path/to/file").exists());
                Ok(())
            })
        },
        before: &[],
        facts: ARCHIVE,
    },
    Row {
        id: "J09",
        page: "build_or_job.artifact('path/to/file')",
        rhai: r#"if build_or_job.artifact("path/to/file").as_string() != "content" { throw "another file" }"#,
        rust: |given| {
            Box::pin(async move {
                assert_eq!(given.project.jobs().lazy(7).artifact("path/to/file").bytes().await?, "content");
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/jobs/7/artifacts/path/to/file", "")],
    },
    Row {
        id: "J10",
        page: "project.artifact('branch', 'path/to/file', 'job')",
        rhai: r#"project.artifact("branch", "path/to/file", "job")"#,
        rust: |given| {
            Box::pin(async move {
                given.project.artifact("branch", "path/to/file", "job").bytes().await?;
                Ok(())
            })
        },
        before: &[],
        facts: FILE_OF_BRANCH,
    },
    Row {
        id: "J10b",
        page: "project.artifacts.raw('branch', 'path/to/file', 'job')",
        rhai: r#"project.artifacts.raw("branch", "path/to/file", "job")"#,
        rust: |given| {
            Box::pin(async move {
                given.project.artifacts().raw("branch", "path/to/file", "job").bytes().await?;
                Ok(())
            })
        },
        before: &[],
        facts: FILE_OF_BRANCH,
    },
    Row {
        id: "J11",
        page: "build_or_job.keep_artifacts()",
        rhai: "build_or_job.keep_artifacts();",
        rust: |given| {
            Box::pin(async move {
                given.project.jobs().lazy(7).keep_artifacts().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("POST /api/v4/projects/1/jobs/7/artifacts/keep", "{}")],
    },
    Row {
        id: "J12",
        page: "build_or_job.delete_artifacts()",
        rhai: "build_or_job.delete_artifacts();",
        rust: |given| Box::pin(async move { given.project.jobs().lazy(7).delete_artifacts().await }),
        before: &[],
        facts: &[("DELETE /api/v4/projects/1/jobs/7/artifacts", "")],
    },
];
