//! `heatmap`: where on the screen fingers land.

use super::chosen::{Context, find_name, of_selected};
use crate::model::points::TouchedPoint;
use crate::model::report::Raster;
use crate::model::table::{Cell, Cells};

/// What happened in a cell.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    clicks: i64,
    nowhere: i64,
    in_vain: i64,
    sessions: i64,
    /// The session that touched it last, so that each counts once: the rows of a session come together.
    last: Option<i64>,
}

pub(super) fn rows(context: &Context<'_>) -> rusqlite::Result<Vec<Cells>> {
    let raster = &context.question.raster;
    let (cols, rows) = (f64::from(raster.cols), f64::from(raster.rows));
    let width = usize::try_from(raster.cols).unwrap_or_default();
    let height = usize::try_from(raster.rows).unwrap_or_default();
    let mut cells = vec![Sums::default(); width * height];
    let place = match &raster.screen {
        Some(screen) => match find_name(context.connection, screen)? {
            None => return Ok(Vec::new()),
            place => place,
        },
        None => None,
    };
    let usual = (f64::from(raster.width), f64::from(raster.height));
    let by_session = of_selected!("heatmap.sql");
    let between = include_str!("heatmap_of_many.sql");
    context.each_of_many(by_session, between, &[(":place", &place)], |row| {
        let session_id: i64 = row.get(1)?;
        for point in TouchedPoint::unpack(row.get_ref(2)?.as_blob()?) {
            let (page_width, page_height) = point.size.unwrap_or(usual);
            let col = cell(point.x, cols, page_width, width);
            let row_index = cell(point.y, rows, page_height, height);
            let sums = &mut cells[row_index * width + col];
            sums.clicks += 1;
            sums.nowhere += i64::from(point.nowhere);
            sums.in_vain += i64::from(point.in_vain);
            if sums.last != Some(session_id) {
                sums.last = Some(session_id);
                sums.sessions += 1;
            }
        }
        Ok(())
    })?;
    Ok(in_order(raster, &cells))
}

/// The cell that a coordinate lies in: `floor(x·cells/length)` in doubles, clamped.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a double clamps, and what is left is at least 0"
)]
fn cell(at: f64, cells: f64, length: f64, count: usize) -> usize {
    let cell = (at * cells / length).floor();
    (cell.max(0.0) as usize).min(count - 1)
}

/// The cells that are not empty, the fullest first.
fn in_order(raster: &Raster, cells: &[Sums]) -> Vec<Cells> {
    let width = usize::try_from(raster.cols).unwrap_or_default();
    let mut full: Vec<_> = (cells.iter().enumerate())
        .filter(|(_, sums)| sums.clicks > 0)
        .collect();
    // They are in order of row and column already.
    full.sort_by_key(|(_, sums)| -sums.clicks);
    let row = |(at, sums): (usize, &Sums)| {
        vec![
            Cell::count(at % width),
            Cell::count(at / width),
            Cell::Number(sums.clicks),
            Cell::Number(sums.nowhere),
            Cell::Number(sums.in_vain),
            Cell::Number(sums.sessions),
        ]
    };
    full.into_iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_outside_lie_in_the_outermost_cells() {
        for (at, cells, length, expected) in [
            (0.0, 16, 1920.0, 0),
            (119.9999, 16, 1920.0, 0),
            (120.0, 16, 1920.0, 1),
            (1920.0, 16, 1920.0, 15),
            (1e308, 16, 5e-324, 15),
            (-5.0, 16, 1920.0, 0),
            (-1e308, 200, 5e-324, 0),
            (-0.0, 1, 1.0, 0),
        ] {
            let count = usize::try_from(cells).unwrap();
            assert_eq!(cell(at, f64::from(cells), length, count), expected, "{at}");
        }
    }
}
