//! Runs the check values inside a decoder through tract, an inference engine in
//! plain Rust: `cargo run --release decoder.onnx`

use serde::Deserialize;
use std::error::Error;
use tract_onnx::prelude::*;

#[derive(Deserialize)]
struct Check {
    tolerance: f64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    rows: usize,
    step: usize,
    modulus: usize,
    scale: f64,
    offset: f64,
    outputs: Vec<Wanted>,
}

#[derive(Deserialize)]
struct Wanted {
    mean: f64,
    values: [f64; 16],
}

impl Case {
    /// Returns the input [rows, latent] that the case describes by a formula.
    fn input(&self, latent: usize) -> TractResult<Tensor> {
        let value = |i: usize| {
            let remainder = (i * self.step % self.modulus) as f64;
            (self.offset + self.scale * remainder / self.modulus as f64) as f32
        };
        let values: Vec<f32> = (0..self.rows * latent).map(value).collect();
        Tensor::from_shape(&[self.rows, latent], &values)
    }
}

impl Wanted {
    /// Compares 16 evenly spaced values of an output, and its mean, with the file's.
    fn difference(&self, y: &[f32]) -> f64 {
        let mean = y.iter().map(|&v| v as f64).sum::<f64>() / y.len() as f64;
        let values = (0..16).map(|j| y[j * (y.len() - 1) / 15] as f64);
        let got = values.chain([mean]);
        let want = self.values.iter().chain([&self.mean]);
        let scale = want.clone().fold(1.0, |scale, v| v.abs().max(scale));
        largest(got.zip(want).map(|(got, want)| (got - want).abs())) / scale
    }
}

/// The maximum; NaN if one is NaN, which `f64::max` would drop.
fn largest(values: impl Iterator<Item = f64>) -> f64 {
    values.fold(0.0, |a, b| if a.is_nan() || a >= b { a } else { b })
}

/// Returns an entry of the file's metadata.
fn metadata<'a>(model: &'a InferenceModel, key: &str) -> Result<&'a str, Box<dyn Error>> {
    let entry = model.properties.get(&format!("onnx.metadata_props.{key}"));
    let entry = entry.ok_or(format!("no {key} in the file; export the model again"))?;
    Ok(entry.try_as_plain_ram()?.to_scalar::<String>()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("give the path of a decoder.onnx")?;
    let model = tract_onnx::onnx().model_for_path(path)?;
    let check: Check = serde_json::from_str(metadata(&model, "vae.check")?)?;
    let latent = metadata(&model, "vae.latent")?.parse()?;

    let decoder = model.into_optimized()?.into_runnable()?;
    let mut differences = vec![];
    for case in &check.cases {
        let outputs = decoder.run(tvec!(case.input(latent)?.into()))?;
        for (output, want) in outputs.iter().zip(&case.outputs) {
            differences.push(want.difference(output.try_as_plain_ram()?.as_slice::<f32>()?));
        }
    }
    let largest = largest(differences.into_iter());

    println!(
        "tract {}: largest difference {largest:.1e}, tolerance {:.0e}",
        tract_version(),
        check.tolerance
    );
    std::process::exit(if largest <= check.tolerance { 0 } else { 1 })
}

/// Tract does not tell its version; the manifest of this program pins it.
fn tract_version() -> &'static str {
    include_str!("../Cargo.toml")
        .split("tract-onnx = { version = \"=")
        .nth(1)
        .and_then(|text| text.split('"').next())
        .unwrap_or("of unknown version")
}
