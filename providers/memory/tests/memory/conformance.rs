//! The memory provider passes the conformance suite whole, nothing skipped.

use std::sync::Arc;

use lifeboat_contract::conformance;

#[tokio::test]
async fn the_memory_provider_conforms() {
    let subject = crate::site::Memory::new(Arc::new(|provider| Box::new(provider)));
    let report = conformance::run_all(&subject).await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.skipped(), [""; 0], "{report}");
}
