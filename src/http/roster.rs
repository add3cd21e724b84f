//! `GET /consumers` and `GET /devices`: who sends, and what the set-up page needs to know.

use hyper::{Response, StatusCode};

use super::App;
use super::reply::{self, ReplyBody};
use crate::model::Moment;
use crate::store::StoreError;
use crate::wire::roster;

/// Lists the consumers.
pub async fn consumers(app: &App) -> Result<Response<ReplyBody>, StoreError> {
    let consumers = app.store.consumers().await?;
    let elsewhere = app
        .config
        .from_elsewhere
        .map(|address| format!("http://{address}/"));
    let listening = app.config.address.to_string();
    let body = roster::consumers(&consumers, &listening, elsewhere.as_deref());
    Ok(reply::json(StatusCode::OK, body))
}

/// Lists the devices.
pub async fn devices(app: &App) -> Result<Response<ReplyBody>, StoreError> {
    let devices = app.store.devices().await?;
    Ok(reply::json(
        StatusCode::OK,
        roster::devices(&devices, Moment::now()),
    ))
}
