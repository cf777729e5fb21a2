/// The tests of the store.
module NtkPipeline.Tests.StoreLists

let all = [
    StoreTests.tests
    StoreMarkTests.tests
    StoreForeignTests.tests
    StoreRecordTests.tests
    StoreDamageTests.tests
    ClaimsTests.tests
    SharedStoreTests.tests
    EmbeddingCacheTests.tests
]
