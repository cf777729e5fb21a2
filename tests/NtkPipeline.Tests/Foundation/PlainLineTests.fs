module NtkPipeline.Tests.PlainLineTests

open Expecto
open NtkPipeline.Core

let tests =
    testList "PlainLine" [
        testCase "a line for a terminal has no control character and none that turns words around"
        <| fun () ->
            let obeyed =
                [ 0x00..0x1F ]
                @ [ 0x7F..0x9F ]
                @ [ 0x202A..0x202E ]
                @ [ 0x2066..0x2069 ]
                @ [ 0x200E; 0x200F; 0x061C; 0x2028; 0x2029 ]

            for code in obeyed do
                Expect.equal (PlainLine.ofText $"a%c{char code}b") "a b" $"U+%04X{code}"
                Expect.isFalse (PlainLine.isPlain $"a%c{char code}b") $"U+%04X{code}"

            let kept = "Grüße، مرحبا 🇩🇪 👩\u200D🚒 É"
            Expect.equal (PlainLine.ofText kept) kept "letters, signs and joined emoji stay"
            Expect.isTrue (PlainLine.isPlain kept) "as they stand"
    ]
