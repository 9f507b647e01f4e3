//! The section "Variables" of the page, which shows those of projects and of groups side by side.

use rhailab_client::{
    CreateGroupVariable, CreateProjectVariable, ListGroupVariables, ListProjectVariables, UpdateGroupVariable,
};

use super::row::Row;

pub(crate) const ROWS: &[Row] = &[
    Row {
        id: "V01",
        page: "p_variables = project.variables.list()\ng_variables = group.variables.list()",
        rhai: "
            let p_variables = project.variables.list();
            let g_variables = group.variables.list();
            p_variables.len() + g_variables.len()",
        rust: |given| {
            Box::pin(async move {
                given.project.variables().list(ListProjectVariables::new()).all().await?;
                given.group.variables().list(ListGroupVariables::new()).all().await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[("GET /api/v4/projects/1/variables", ""), ("GET /api/v4/groups/10/variables", "")],
    },
    Row {
        id: "V02",
        page: "p_var = project.variables.get('key_name')\ng_var = group.variables.get('key_name')",
        rhai: r#"
            let p_var = project.variables.get("key_name");
            let g_var = group.variables.get("key_name");
            p_var.value + g_var.value"#,
        rust: |given| {
            Box::pin(async move {
                given.project.variables().get("key_name").await?;
                given.group.variables().get("key_name").await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[
            ("GET /api/v4/projects/1/variables/key_name", ""),
            ("GET /api/v4/groups/10/variables/key_name", ""),
        ],
    },
    Row {
        id: "V03",
        page: "var = project.variables.create({'key': 'key1', 'value': 'value1'})\n\
               var = group.variables.create({'key': 'key1', 'value': 'value1'})",
        rhai: r#"
            let v = project.variables.create(#{key: "key1", value: "value1"});
            let v = group.variables.create(#{key: "key1", value: "value1"});
            v.key"#,
        rust: |given| {
            Box::pin(async move {
                given.project.variables().create(CreateProjectVariable::new("key1", "value1")).await?;
                given.group.variables().create(CreateGroupVariable::new("key1", "value1")).await?;
                Ok(())
            })
        },
        before: &[],
        facts: &[
            ("POST /api/v4/projects/1/variables", r#"{"key": "key1", "value": "value1"}"#),
            ("POST /api/v4/groups/10/variables", r#"{"key": "key1", "value": "value1"}"#),
        ],
    },
    Row {
        id: "V04",
        page: "var.value = 'new_value'\nvar.save()",
        rhai: r#"
            let v = group.variables.create(#{key: "key1", value: "value1"});
            v.value = "new_value";
            v.save();"#,
        rust: |given| {
            Box::pin(async move {
                let request = CreateGroupVariable::new("key1", "value1");
                let var = given.group.variables().create(request).await?;
                var.update(UpdateGroupVariable::new().value("new_value")).await?;
                Ok(())
            })
        },
        before: &[("POST /api/v4/groups/10/variables", r#"{"key": "key1", "value": "value1"}"#)],
        facts: &[("PUT /api/v4/groups/10/variables/key1", r#"{"key": "key1", "value": "new_value"}"#)],
    },
    Row {
        id: "V05",
        page: "project.variables.delete('key_name')\ngroup.variables.delete('key_name')\n# or\nvar.delete()",
        rhai: r#"
            let v = group.variables.create(#{key: "key1", value: "value1"});
            project.variables.delete("key_name");
            group.variables.delete("key_name");
            v.delete();"#,
        rust: |given| {
            Box::pin(async move {
                let request = CreateGroupVariable::new("key1", "value1");
                let var = given.group.variables().create(request).await?;
                given.project.variables().delete("key_name").await?;
                given.group.variables().delete("key_name").await?;
                var.delete().await
            })
        },
        before: &[("POST /api/v4/groups/10/variables", r#"{"key": "key1", "value": "value1"}"#)],
        facts: &[
            ("DELETE /api/v4/projects/1/variables/key_name", ""),
            ("DELETE /api/v4/groups/10/variables/key_name", ""),
            ("DELETE /api/v4/groups/10/variables/key1", ""),
        ],
    },
];
