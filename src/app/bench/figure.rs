//! A figure with what is asked of it: a row of a table.

use serde::Serialize;

/// A figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub what: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What came out.
    pub value: f64,
    /// What it has to reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bar: Option<Limit>,
    /// What it should reach.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Limit>,
}

/// On which side of a number a figure has to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Not above.
    AtMost(f64),
    /// Not below.
    AtLeast(f64),
}

impl Limit {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(limit) => value <= limit,
            Self::AtLeast(limit) => value >= limit,
        }
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::AtMost(limit) => write!(f, "≤ {limit}"),
            Self::AtLeast(limit) => write!(f, "≥ {limit}"),
        }
    }
}

impl Figure {
    /// A figure of which nothing is asked.
    pub fn new(what: &'static str, unit: &'static str, value: f64) -> Self {
        Self { what, unit, value: rounded(value), bar: None, goal: None }
    }

    /// It has to be small.
    pub fn at_most(self, bar: f64, goal: f64) -> Self {
        Self { bar: Some(Limit::AtMost(bar)), goal: Some(Limit::AtMost(goal)), ..self }
    }

    /// It has to be large.
    pub fn at_least(self, bar: f64, goal: f64) -> Self {
        Self { bar: Some(Limit::AtLeast(bar)), goal: Some(Limit::AtLeast(goal)), ..self }
    }

    /// What it reaches: the goal, the bar, or neither.
    pub fn reaches(&self) -> &'static str {
        let holds = |limit: Option<Limit>| limit.is_some_and(|limit| limit.holds(self.value));
        match () {
            () if self.bar.is_none() => "",
            () if holds(self.goal) => "goal",
            () if holds(self.bar) => "bar",
            () => "below",
        }
    }
}

/// Three digits that say something.
fn rounded(value: f64) -> f64 {
    if value == 0. || !value.is_finite() {
        return value;
    }
    let unit = 10f64.powi(2 - value.abs().log10().floor() as i32);
    if unit >= 1. { (value * unit).round() / unit } else { value.round() }
}

/// The figures as lines for people.
pub fn table(figures: &[Figure]) -> Vec<String> {
    let limit = |limit: Option<Limit>| limit.map_or_else(String::new, |limit| limit.to_string());
    let row = |figure: &Figure| {
        let Figure { what, unit, value, bar, goal } = figure;
        let (bar, goal) = (limit(*bar), limit(*goal));
        format!("  {what:<46} {value:>10} {unit:<8} {bar:>8} {goal:>8}  {}", figure.reaches())
    };
    let heading = format!("  {:<46} {:>10} {:<8} {:>8} {:>8}", "figure", "", "", "bar", "goal");
    std::iter::once(heading).chain(figures.iter().map(row)).collect()
}

/// Figures of several ROMs beside each other, with their mean.
pub fn markdown(columns: &[(&str, &[Figure])]) -> String {
    let Some((_, first)) = columns.first() else { return String::new() };
    let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
    let mut text = format!("| | unit | {} | mean | bar | goal |\n", names.join(" | "));
    text += &format!("|---|---|{}--:|--:|--:|\n", "--:|".repeat(columns.len()));
    for (row, Figure { what, unit, bar, goal, .. }) in first.iter().enumerate() {
        let values = columns.iter().filter_map(|(_, figures)| figures.get(row));
        let values: Vec<f64> = values.map(|figure| figure.value).collect();
        let mean = rounded(values.iter().sum::<f64>() / values.len() as f64);
        let cells: Vec<String> = values.iter().map(f64::to_string).collect();
        let limit =
            |limit: &Option<Limit>| limit.map_or_else(String::new, |limit| limit.to_string());
        let cells = cells.join(" | ");
        text +=
            &format!("| {what} | {unit} | {cells} | {mean} | {} | {} |\n", limit(bar), limit(goal));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_what_it_reaches() {
        let reaches = |value| Figure::new("x", "ms", value).at_most(33., 16.6).reaches();
        assert_eq!([10., 16.6, 20., 40.].map(reaches), ["goal", "goal", "bar", "below"]);
        let more = |value| Figure::new("x", "h", value).at_least(12., 30.).reaches();
        assert_eq!([10., 12., 40.].map(more), ["below", "bar", "goal"]);
        assert_eq!(Figure::new("x", "", 1.).reaches(), "");
    }

    #[test]
    fn three_digits_are_kept() {
        assert_eq!([0.012345, 1.2345, 123.45, 12345.6].map(rounded), [0.0123, 1.23, 123., 12346.]);
    }

    #[test]
    fn columns_stand_beside_each_other_with_their_mean() {
        let figures = |value| [Figure::new("size", "B", value).at_most(25., 10.)];
        let text = markdown(&[("a.nes", &figures(4.)), ("b.nes", &figures(8.))]);
        assert!(text.ends_with("| size | B | 4 | 8 | 6 | ≤ 25 | ≤ 10 |\n"), "{text}");
        assert_eq!(table(&figures(4.)).len(), 2);
    }
}
