//! From what the web framework hands over to a [`Request`].
//!
//! This file owns the reading of bodies: JSON, forms, multipart forms. It is the only one in this
//! folder that knows the web framework.

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderMap, Method, request::Parts};
use axum::extract::{FromRequest, Multipart};
use url::form_urlencoded;

use super::request::{Body, Request};

/// The most bytes of a body that are read.
const LARGEST: usize = 10 * 1024 * 1024;

/// Reads a request to its end.
pub(crate) async fn receive(request: axum::extract::Request) -> Request {
    let (parts, body) = request.into_parts();
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let (method, path, headers) = (parts.method.clone(), parts.uri.path().to_owned(), parts.headers.clone());
    let body = read(parts, body).await;
    Request { method, path, headers, query, body }
}

async fn read(parts: Parts, body: axum::body::Body) -> Body {
    let kind = media_type(&parts.headers);
    if parts.method == Method::GET || parts.method == Method::HEAD {
        return Body::Empty;
    }
    if kind == "multipart/form-data" {
        return multipart(axum::extract::Request::from_parts(parts, body)).await;
    }
    match axum::body::to_bytes(body, LARGEST).await {
        Ok(bytes) if bytes.is_empty() => Body::Empty,
        Ok(bytes) => match kind.as_str() {
            "application/json" => Body::Json(bytes),
            "" | "application/x-www-form-urlencoded" => Body::Form(pairs(&bytes)),
            _ => Body::Unsupported(kind),
        },
        Err(_) => Body::Malformed,
    }
}

async fn multipart(request: axum::extract::Request) -> Body {
    let Ok(mut form) = Multipart::from_request(request, &()).await else {
        return Body::Malformed;
    };
    let mut pairs = Vec::new();
    loop {
        match form.next_field().await {
            Ok(Some(field)) => {
                let name = field.name().unwrap_or_default().to_owned();
                match field.text().await {
                    Ok(value) => pairs.push((name, value)),
                    Err(_) => return Body::Malformed,
                }
            }
            Ok(None) => return Body::Form(pairs),
            Err(_) => return Body::Malformed,
        }
    }
}

/// The content type without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}
