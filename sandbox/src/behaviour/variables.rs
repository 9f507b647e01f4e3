//! Variables of projects, of groups and of the instance.
//!
//! This file owns what their endpoints do, which is the same for all three owners. Which values a
//! variable may have is known to [`super::variable_rules`].

use super::variable_rules::check;
use super::{need, visible_project};
use crate::api::{Call, Refusal, Reply, Route, offset};
use crate::render;
use crate::simulation::World;
use crate::store::{Role, Variable, VariableKind, VariableOwner};

/// `GET …/variables`
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = owner(world, call.route)?;
    let rows: Vec<&Variable> = world.store.variables_of(owner).map(|(_, variable)| variable).collect();
    Reply::page(offset(&world.site, call, rows), render::variable)
}

/// `GET …/variables/:key`
pub(super) fn get(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, call)?;
    show(world, 200, id)
}

/// `POST …/variables`
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let owner = owner(world, call.route)?;
    let arguments = &call.arguments;
    let flag = |name| arguments.flag(name).unwrap_or(false);
    let hidden = owner != VariableOwner::Instance && flag("masked_and_hidden");
    let new = Variable {
        owner,
        key: arguments.required_text("key").trim().to_owned(),
        value: arguments.required_text("value").to_owned(),
        kind: VariableKind::named(arguments.required_text("variable_type")),
        protected: flag("protected"),
        masked: hidden || flag("masked"),
        hidden,
        raw: flag("raw"),
        scope: scope(world, call, owner).unwrap_or("*").to_owned(),
        description: arguments.text("description").map(str::to_owned),
    };
    check(&world.store, &new, None)?;
    let id = world.store.ids.variable();
    world.store.variables.insert(id, new);
    show(world, 201, id)
}

/// `PUT …/variables/:key`
pub(super) fn update(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, call)?;
    let old = world.store.variables.get(&id).ok_or_else(no_variable)?;
    let arguments = &call.arguments;
    let masked = arguments.flag("masked").unwrap_or(old.masked);
    if old.hidden && !masked {
        return Err(Refusal::base(
            "The visibility setting cannot be changed for masked and hidden variables.",
        ));
    }
    let text = |name: &str, old: &str| arguments.text(name).unwrap_or(old).to_owned();
    let new = Variable {
        value: text("value", &old.value),
        kind: arguments.text("variable_type").map_or(old.kind, VariableKind::named),
        protected: arguments.flag("protected").unwrap_or(old.protected),
        masked,
        raw: arguments.flag("raw").unwrap_or(old.raw),
        scope: scope(world, call, old.owner).unwrap_or(&old.scope).to_owned(),
        // A description can be taken away, which is not the same as leaving it out.
        description: match call.sent.get("description") {
            Some(sent) => sent.as_str().map(str::to_owned),
            None => old.description.clone(),
        },
        ..old.clone()
    };
    check(&world.store, &new, Some(id))?;
    world.store.variables.insert(id, new);
    show(world, 200, id)
}

/// `DELETE …/variables/:key`
pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = find(world, call)?;
    world.store.variables.remove(&id);
    Ok(Reply::empty())
}

/// Lets maintainers of the project through.
pub(super) fn may_change_project(world: &World, route: &Route, user: Option<i64>) -> Result<(), Refusal> {
    need(world, user, visible_project(world, route.value("project_id"), user)?, Role::Maintainer)
}

/// Lets owners of the group through.
pub(super) fn may_change_group(world: &World, route: &Route, user: Option<i64>) -> Result<(), Refusal> {
    let group = super::groups::visible(world, route.value("group_id"), user)?;
    let role = user.and_then(|user| group.members.get(&user).copied());
    if role >= Some(Role::Owner) { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// Lets administrators through.
pub(super) fn may_change_instance(world: &World, _route: &Route, user: Option<i64>) -> Result<(), Refusal> {
    let admin = user.and_then(|user| world.store.users.get(&user)).is_some_and(|user| user.admin);
    if admin { Ok(()) } else { Err(Refusal::forbidden()) }
}

/// Whose variables the path is about. The check of the caller has found it before.
fn owner(world: &World, route: &Route) -> Result<VariableOwner, Refusal> {
    let (project, group) = (route.value("project_id"), route.value("group_id"));
    if !project.is_empty() {
        let project = world.store.project(project).ok_or_else(|| Refusal::missing("Project"))?;
        return Ok(VariableOwner::Project(project.id));
    }
    if !group.is_empty() {
        let group = world.store.group(group).ok_or_else(|| Refusal::missing("Group"))?;
        return Ok(VariableOwner::Group(group.id));
    }
    Ok(VariableOwner::Instance)
}

/// The variable of this key. Where several scopes have the key, the filter must tell which one is meant.
fn find(world: &World, call: &Call<'_>) -> Result<i64, Refusal> {
    let owner = owner(world, call.route)?;
    let key = call.arguments.required_text("key");
    let wanted =
        call.arguments.members("filter").and_then(|filter| filter.get("environment_scope")?.as_str());
    let found = world
        .store
        .variables_of(owner)
        .filter(|(_, variable)| variable.key == key && wanted.is_none_or(|scope| variable.scope == scope));
    match *found.map(|(id, _)| id).collect::<Vec<_>>() {
        [] if owner == VariableOwner::Instance => Err(Refusal::missing("InstanceVariable")),
        [] => Err(no_variable()),
        [id] => Ok(id),
        _ => Err(Refusal::message(
            409,
            "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
        )),
    }
}

/// The scope that the call gives, where the owner's variables have one.
fn scope<'a>(world: &World, call: &'a Call<'_>, owner: VariableOwner) -> Option<&'a str> {
    let scoped = match owner {
        VariableOwner::Project(_) => true,
        VariableOwner::Group(_) => world.store.settings.premium,
        VariableOwner::Instance => false,
    };
    call.arguments.text("environment_scope").filter(|_| scoped)
}

fn show(world: &World, status: u16, id: i64) -> Result<Reply, Refusal> {
    Reply::json(status, &render::variable(world.store.variables.get(&id).ok_or_else(no_variable)?))
}

fn no_variable() -> Refusal {
    Refusal::missing("Variable")
}
