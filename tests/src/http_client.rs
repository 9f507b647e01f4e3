//! A plain HTTP client, for what a test asks a server beside Rhailab.

/// Describes a client that goes straight to the server. Its TLS is the one that Rhailab has: with another one among the
/// features of the tests, the client that is shipped would never be tested.
pub fn http_client() -> reqwest::ClientBuilder {
    // Rhailab may have done so already, in the same process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}
