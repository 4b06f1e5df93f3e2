//! Runs the check values inside an ONNX file through tract, an inference engine in
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
    // One input stands in the case itself; of several there is a list.
    input: Option<String>,
    #[serde(flatten)]
    formula: Option<Formula>,
    #[serde(default)]
    inputs: Vec<Input>,
    outputs: Vec<Wanted>,
}

#[derive(Deserialize)]
struct Input {
    name: String,
    #[serde(flatten)]
    formula: Formula,
}

#[derive(Deserialize)]
struct Formula {
    step: usize,
    modulus: usize,
    scale: f64,
    offset: f64,
}

#[derive(Deserialize)]
struct Wanted {
    mean: f64,
    values: [f64; 16],
}

impl Case {
    /// Returns the formula of the input of that name.
    fn formula(&self, name: &str) -> Option<&Formula> {
        if self.input.as_deref() == Some(name) {
            return self.formula.as_ref();
        }
        let input = self.inputs.iter().find(|input| input.name == name)?;
        Some(&input.formula)
    }
}

impl Formula {
    /// Returns the input of that shape that the formula describes.
    fn input(&self, shape: &[usize]) -> TractResult<Tensor> {
        let value = |i: usize| {
            let remainder = (i * self.step % self.modulus) as f64;
            (self.offset + self.scale * remainder / self.modulus as f64) as f32
        };
        let values: Vec<f32> = (0..shape.iter().product()).map(value).collect();
        Tensor::from_shape(shape, &values)
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

/// Returns the name of each input and the sizes of a row: all but the batch.
fn inputs(model: &TypedModel) -> TractResult<Vec<(String, Vec<usize>)>> {
    let row = |i| {
        let dims = model.input_fact(i)?.shape.iter().skip(1);
        dims.map(|d| Ok(d.to_i64()? as usize))
            .collect::<TractResult<_>>()
    };
    let names = model
        .inputs
        .iter()
        .map(|input| model.node(input.node).name.clone());
    names
        .enumerate()
        .map(|(i, name)| Ok((name, row(i)?)))
        .collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("give the path of a decoder.onnx")?;
    let model = tract_onnx::onnx().model_for_path(path)?;
    let check: Check = serde_json::from_str(metadata(&model, "vae.check")?)?;

    let model = model.into_optimized()?;
    let inputs = inputs(&model)?;
    let model = model.into_runnable()?;
    let mut differences = vec![];
    for case in &check.cases {
        let mut given = tvec!();
        for (name, row) in &inputs {
            let formula = case.formula(name);
            let formula = formula.ok_or(format!("the check values have no input {name}"))?;
            given.push(formula.input(&[&[case.rows], &row[..]].concat())?.into());
        }
        let outputs = model.run(given)?;
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
