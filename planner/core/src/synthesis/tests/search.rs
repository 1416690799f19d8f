//! The search finds what trying everything finds.

use super::super::search::{Cover, Lightest, Piece, Weight, close, lightest};

/// A stream of small numbers that is the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }
}

/// Pieces, what each is made from, and covers.
fn instance(dice: &mut Dice) -> (Vec<Piece>, Vec<Option<usize>>, Vec<Cover>, u32) {
    let slots = 2 + dice.roll(3) as usize;
    let count = 3 + dice.roll(5) as usize;
    let mut pieces: Vec<Piece> = Vec::new();
    let mut parents: Vec<Option<usize>> = Vec::new();
    for node in 0..count {
        let slot = dice.roll(slots as u64) as usize;
        let parent = (dice.roll(3) == 0 && node > 0)
            .then(|| dice.roll(node as u64) as usize)
            .filter(|parent| pieces[*parent].slot != slot && parents[*parent].is_none());
        pieces.push(Piece {
            slot,
            weight: Weight {
                cost: dice.roll(4),
                unpriced: u128::from(dice.roll(2)),
                count: 1,
                changes: 1 - dice.roll(3) as i32,
                points: dice.roll(2),
                runs: dice.roll(2),
            },
        });
        parents.push(parent);
    }
    let bits = 1 + dice.roll(4) as u32;
    let need = (1 << bits) - 1;
    let mut alone = vec![0; count];
    let mut covers = Vec::new();
    for node in 0..count {
        let below = parents[node].map_or(0, |parent: usize| alone[parent]);
        alone[node] = dice.roll(u64::from(need) + 1) as u32 | below;
        let mut nodes = vec![node];
        nodes.extend(parents[node]);
        covers.push(Cover {
            nodes: nodes.clone(),
            covers: alone[node],
            twin: false,
        });
        let lock = dice.roll(count as u64) as usize;
        let apart = !nodes.iter().any(|it| pieces[*it].slot == pieces[lock].slot);
        if dice.roll(3) == 0 && apart && parents[lock].is_none() {
            nodes.push(lock);
            covers.push(Cover {
                nodes,
                covers: alone[node] | dice.roll(u64::from(need) + 1) as u32,
                twin: true,
            });
        }
    }
    close(&mut covers, count);
    (pieces, parents, covers, need)
}

fn everything(
    pieces: &[Piece],
    parents: &[Option<usize>],
    covers: &[Cover],
    need: u32,
    most: Option<u64>,
) -> Option<Lightest> {
    let mut best: Option<Lightest> = None;
    for set in 0_u32..1 << pieces.len() {
        let has = |node: usize| set & (1 << node) != 0;
        let nodes: Vec<usize> = (0..pieces.len()).filter(|node| has(*node)).collect();
        let rooted = nodes.iter().all(|node| parents[*node].is_none_or(has));
        let apart = nodes.iter().enumerate().all(|(place, node)| {
            let mut others = nodes[..place].iter();
            others.all(|other| pieces[*other].slot != pieces[*node].slot)
        });
        let covered = covers
            .iter()
            .filter(|cover| cover.nodes.iter().all(|node| has(*node)))
            .fold(0, |bits, cover| bits | cover.covers);
        if !rooted || !apart || need & !covered != 0 {
            continue;
        }
        let weights = nodes.iter().map(|node| pieces[*node].weight);
        let weight = weights.fold(Weight::default(), Weight::plus);
        if most.is_some_and(|most| weight.cost > most) {
            continue;
        }
        let found = Lightest { weight, nodes };
        if best.as_ref().is_none_or(|best| found < *best) {
            best = Some(found);
        }
    }
    best
}

#[test]
fn the_lightest_design_is_the_one_that_trying_everything_finds() {
    let mut dice = Dice(20_261_122);
    let (mut tried, mut infeasible) = (0_u32, 0_u32);
    for _ in 0..200_000 {
        let (pieces, parents, covers, need) = instance(&mut dice);
        let most = (dice.roll(4) == 0).then(|| dice.roll(8));
        let found = lightest(&pieces, &covers, need, most, None);
        let wanted = everything(&pieces, &parents, &covers, need, most);
        assert_eq!(found, wanted, "{pieces:?} {covers:?} {need:b} {most:?}");
        // From what is lightest where the same pieces weigh something else.
        let mut others = pieces.clone();
        for piece in &mut others {
            piece.weight.cost = dice.roll(5);
        }
        let known = lightest(&others, &covers, need, None, None).map(|it| it.nodes);
        let found = lightest(&pieces, &covers, need, most, known.as_deref());
        assert_eq!(
            found, wanted,
            "{pieces:?} {covers:?} {need:b} {most:?} {known:?}"
        );
        tried += 1;
        infeasible += u32::from(wanted.is_none());
    }
    println!("{tried} designs searched, {infeasible} of them without a solution");
    assert!(infeasible > tried / 50 && infeasible < tried / 2);
}
