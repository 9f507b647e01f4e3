//! The seeded project and its group.

use super::slow;

#[tokio::test]
async fn the_project_has_a_number_and_a_path() {
    let gitlab = slow().await;
    let by_number = gitlab.get("/projects/1").await.json();
    assert_eq!(by_number, gitlab.get("/projects/demo%2Fapp").await.json());
    assert_eq!(by_number["path_with_namespace"], "demo/app");
    assert_eq!((&by_number["visibility"], &by_number["default_branch"]), (&"private".into(), &"main".into()));
    assert_eq!(by_number["web_url"], format!("{}/demo/app", gitlab.sandbox.url()));
    assert_eq!(by_number["namespace"]["full_path"], "demo");
}

#[tokio::test]
async fn the_group_tells_its_projects_unless_it_is_asked_not_to() {
    let gitlab = slow().await;
    let group = gitlab.get("/groups/demo").await.json();
    assert_eq!((&group["id"], &group["projects"][0]["path"]), (&1.into(), &"app".into()));
    assert_eq!(gitlab.get("/groups/1?with_projects=false").await.json().get("projects"), None);
    gitlab.get("/groups/1?with_projects=odd").await.assert(400, r#"{"error":"with_projects is invalid"}"#);
}
