//! Certificates for clients, as `cert` and the control API make them, held against programs that are not ours.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bank_sandbox::{BundleOrder, Sandbox, Signer, Validity};
use serde_json::{Value, json};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::bench::Bench;
use crate::mutual::Identity;

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        Folder(std::env::temp_dir().join(format!("bank-sandbox-cert-{}-{name}", std::process::id())))
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn cert(folder: &Folder, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bank-sandbox"));
    command.args(["cert", "--out", folder.0.to_str().unwrap()]).args(arguments).output().unwrap()
}

#[expect(clippy::print_stderr, reason = "who reads the log of a run wants to know what was not tried")]
fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

/// What a program says on its standard output; `None`, with a word about it, where it is not installed.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(
                output.status.success(),
                "{program} {arguments:?}: {said}{}",
                String::from_utf8_lossy(&output.stderr)
            );
            Some(said)
        }
        Err(error) => {
            skipped(&format!("{program} does not run here: {error}"));
            None
        }
    }
}

impl Identity {
    pub(crate) fn of_pem(certificate: &str, key: &str) -> Identity {
        Identity {
            chain: vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
            key: PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
        }
    }
}

#[test]
fn openssl_reads_every_file_and_finds_the_chain_good() {
    for kind in ["ec", "rsa"] {
        let folder = Folder::new(kind);
        let made =
            cert(&folder, &["--kind", kind, "--name", "tpp", "--roles", "AISP,CBPII", "--san-dns", "tpp.example"]);
        assert_eq!(made.status.code(), Some(0), "{}", String::from_utf8_lossy(&made.stderr));
        let ca = folder.path("ca.pem");
        for name in ["server.pem", "tpp.pem", "tpp-signing.pem"] {
            if run("openssl", &["verify", "-CAfile", &ca, &folder.path(name)]).is_none() {
                return;
            }
        }
        let purpose = ["verify", "-purpose", "sslclient", "-CAfile", &ca, &folder.path("tpp.pem")];
        assert!(run("openssl", &purpose).unwrap().contains("OK"));
        let said = run("openssl", &["x509", "-in", &folder.path("tpp.pem"), "-noout", "-text", "-nameopt", "RFC2253"]);
        let said = said.unwrap();
        for part in [
            "CN=tpp,organizationIdentifier=PSDGB-SCA-100001,O=Demo App Limited,C=GB",
            "DNS:tpp.example",
            "qcStatements",
            "TLS Web Client Authentication",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        // The key is the certificate's, and the PKCS#12 file holds both under its password.
        let public = |arguments: &[&str]| run("openssl", arguments).unwrap();
        let own = public(&["x509", "-in", &folder.path("tpp.pem"), "-noout", "-pubkey"]);
        assert_eq!(public(&["pkey", "-in", &folder.path("tpp-key.pem"), "-pubout"]), own);
        let store = folder.path("tpp.p12");
        let opened = public(&["pkcs12", "-in", &store, "-passin", "pass:sandbox", "-nodes"]);
        assert!(opened.contains("friendlyName: tpp") && opened.contains("PRIVATE KEY"), "{opened}");
        assert_eq!(opened.matches("BEGIN CERTIFICATE").count(), 2);
        let key = opened[opened.find("-----BEGIN PRIVATE KEY").unwrap()..].to_owned();
        assert!(key.replace(['\n', '\r'], "").contains(&folder.text("tpp-key.pem").lines().nth(1).unwrap()[..40]));
        let wrong = ["pkcs12", "-in", &store, "-passin", "pass:wrong", "-nodes"];
        assert!(!Command::new("openssl").args(wrong).output().unwrap().status.success());
    }
}

#[test]
fn what_the_command_writes_is_taken_by_a_bank_that_keeps_the_authority() {
    let folder = Folder::new("served");
    assert_eq!(cert(&folder, &[]).status.code(), Some(0));
    let authority = folder.text("ca.pem");
    // Again, with the authority there is.
    assert_eq!(cert(&folder, &["--name", "second"]).status.code(), Some(0));
    assert_eq!(folder.text("ca.pem"), authority);
    let bench = Bench::with(Sandbox::builder().ca_dir(&folder.0));
    let path = "/plain/.well-known/oauth-authorization-server";
    let vouched = |name: &str| {
        let own = Identity::of_pem(&folder.text(&format!("{name}.pem")), &folder.text(&format!("{name}-key.pem")));
        assert_eq!(bench.mutually(Some(&own), "GET", path, &[], "").status, 200);
        bench.journal("default").pop().unwrap()["client_certificate"]["vouched"].clone()
    };
    assert_eq!(vouched("demo-mtls"), true);
    for (name, option) in [("itself", ["--signer", "self"]), ("stranger", ["--signer", "unknown-ca"])] {
        assert_eq!(cert(&folder, &[&["--name", name], &option[..]].concat()).status.code(), Some(0));
        assert_eq!(vouched(name), false, "{name}");
    }
    // One of ours that has expired is still one of ours: whether it is in force is asked where it matters.
    assert_eq!(cert(&folder, &["--name", "late", "--validity", "expired"]).status.code(), Some(0));
    assert_eq!(vouched("late"), true);

    let url = format!("https://localhost:{}{path}", bench.running().tls.as_ref().unwrap().mutual_address.port());
    let (ca, certificate, key) =
        (folder.path("ca.pem"), folder.path("demo-mtls.pem"), folder.path("demo-mtls-key.pem"));
    let curl = ["-sS", "--cacert", &ca, "--cert", &certificate, "--key", &key, &url];
    if let Some(said) = run("curl", &curl) {
        assert!(serde_json::from_str::<Value>(&said).unwrap()["issuer"].is_string());
        assert_eq!(bench.journal("default").pop().unwrap()["client_certificate"]["vouched"], true);
    }
    let store = format!("{}:sandbox", folder.path("demo-mtls.p12"));
    if let Some(said) = run("curl", &["-sS", "--cacert", &ca, "--cert-type", "P12", "--cert", &store, &url]) {
        assert!(said.contains("issuer"));
    }
}

#[test]
fn openssl_is_asked_for_a_certificate_and_gets_what_fapi_1_leaves() {
    let bench = Bench::with(Sandbox::builder().tls_suites(bank_sandbox::Suites::Fapi1));
    let tls = bench.running().tls.as_ref().unwrap();
    let (plain, mutual) = (tls.address.to_string(), tls.mutual_address.to_string());
    let client = |address: &str, more: &[&str]| {
        let arguments = [&["s_client", "-connect", address, "-servername", "localhost"], more].concat();
        let output = Command::new("openssl").args(arguments).stdin(std::process::Stdio::null()).output();
        output.ok().map(|output| String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let Some(said) = client(&mutual, &["-tls1_2"]) else {
        skipped("openssl does not run here");
        return;
    };
    assert!(said.contains("Client Certificate Types") && said.contains("ECDHE-RSA-AES256-GCM-SHA384"), "{said}");
    assert!(!client(&plain, &["-tls1_2"]).unwrap().contains("Client Certificate Types"));
    for refused in ["ECDHE-RSA-CHACHA20-POLY1305", "ECDHE-RSA-AES256-SHA384", "AES256-GCM-SHA384"] {
        let said = client(&mutual, &["-tls1_2", "-cipher", refused]).unwrap();
        assert!(said.contains("handshake failure"), "{refused}: {said}");
    }
    assert!(client(&mutual, &[]).unwrap().contains("TLSv1.3"));
}

#[test]
fn mistakes_of_the_command_are_told_all_at_once() {
    let folder = Folder::new("mistakes");
    for (arguments, code, told) in [
        (&["--roles", "AISP,XISP", "--name", "../x"][..], 2, &["XISP", "../x", "legal are"][..]),
        (&["--country", "gb"], 2, &["two capital letters"]),
        (&["--kind", "dsa"], 2, &["ec, rsa"]),
        (&["--san-dns", "two words"], 2, &["san-dns"]),
        (&["--san-ip", "here"], 2, &["san-ip"]),
    ] {
        let made = cert(&folder, arguments);
        let stderr = String::from_utf8_lossy(&made.stderr).into_owned();
        assert_eq!(made.status.code(), Some(code), "{arguments:?}: {stderr}");
        told.iter().for_each(|part| assert!(stderr.contains(part), "{part}: {stderr}"));
    }
    std::fs::create_dir_all(&folder.0).unwrap();
    std::fs::write(folder.0.join("file"), "").unwrap();
    let inside = Folder(folder.0.join("file"));
    assert_eq!(cert(&inside, &[]).status.code(), Some(5));
    std::mem::forget(inside);
}

#[cfg(unix)]
#[test]
fn private_keys_are_their_owners_to_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new("modes");
    assert_eq!(cert(&folder, &[]).status.code(), Some(0));
    let mode = |name: &str| Path::new(&folder.path(name)).metadata().unwrap().permissions().mode() & 0o777;
    for name in ["ca-key.pem", "server-key.pem", "demo-mtls-key.pem", "demo-mtls.p12", "demo-mtls-private.jwks.json"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

#[test]
fn the_control_api_makes_the_same() {
    let bench = Bench::with(Sandbox::builder().tls());
    let asked = json!({"name": "tpp", "kind": "ec", "roles": ["PISP"], "san_uri": ["urn:tpp"]}).to_string();
    let (status, made) = bench.control("POST", "/v1/certificates", &asked);
    assert_eq!(status, 201);
    let text = |pointer: &str| made.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    assert_eq!(text("/transport/subject"), "CN=tpp,organizationIdentifier=PSDGB-SCA-100001,O=Demo App Limited,C=GB");
    let own = Identity::of_pem(&text("/transport/certificate_pem"), &text("/transport/private_key_pem"));
    assert_eq!(bench.mutually(Some(&own), "GET", "/plain/oauth/jwks", &[], "").status, 200);
    let shown = bench.journal("default").pop().unwrap()["client_certificate"].clone();
    assert_eq!(
        (shown["thumbprint"].as_str().unwrap(), &shown["vouched"]),
        (&*text("/transport/thumbprint"), &json!(true))
    );
    assert_eq!(made["jwks"]["keys"].as_array().unwrap().len(), 2);
    assert_eq!(made["private_jwks"]["keys"][0]["kid"], made["jwks"]["keys"][0]["kid"]);
    for (wrong, told) in [
        (json!({"kind": "dsa", "naem": "x"}), &["dsa", "naem"][..]),
        (json!({"country": "Britain"}), &["two capital letters"]),
        (json!({"san_ip": ["here"]}), &["/san_ip"]),
    ] {
        let (status, refused) = bench.control_text("POST", "/v1/certificates", &wrong.to_string());
        assert_eq!(status, 400, "{refused}");
        told.iter().for_each(|part| assert!(refused.contains(part), "{part}: {refused}"));
    }
    assert_eq!(Bench::start().control("POST", "/v1/certificates", "{}").0, 409);
}

#[test]
fn a_bundle_has_what_was_ordered() {
    let bench = Bench::with(Sandbox::builder().tls());
    let tls = bench.running().tls.as_ref().unwrap();
    let order = BundleOrder { validity: Validity::NotYetValid, signer: Signer::Itself, ..BundleOrder::default() };
    let described = tls.bundle(&order).unwrap().transport.described();
    assert_eq!(described.issuer(), described.subject());
    assert_eq!(described.roles(), order.roles);
    assert_eq!(described.organisation_id(), Some("PSDGB-SCA-100001"));
}
