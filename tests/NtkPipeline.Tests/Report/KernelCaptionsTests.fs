module NtkPipeline.Tests.KernelCaptionsTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleKernel

/// Two rows a class; `within` off the diagonal, `between` elsewhere.
let private blocks (within: float) (between: float) : KernelPicture = {
    Size = 4
    Negative = 2
    Values =
        Array.init 16 (fun k ->
            let i, j = k / 4, k % 4

            if i = j then 1.0
            elif (i < 2) = (j < 2) then within
            else between)
    Eigenvalues = [||]
}

let tests =
    testList "KernelCaptions" [
        testCase
            "what the blocks tell is read off them: alike classes, and classes that are more alike than themselves"
        <| fun () ->
            Expect.equal (KernelCaptions.blocks (blocks 0.5 0.25)) (Some(0.5, 0.25)) "apart"
            Expect.equal (KernelCaptions.blocks (blocks 0.25 0.5)) (Some(0.25, 0.5)) "the other way"

            Expect.stringContains
                (KernelCaptions.picture (blocks 0.25 0.5))
                "0.2500 on average within a class and 0.5000 between"
                "in words"

            Expect.isNone (KernelCaptions.blocks { blocks 0.5 0.5 with Negative = 0 }) "one class alone"

        testCase "eigenvalues: shares and how many lie above λ, counted"
        <| fun () ->
            let caption = KernelCaptions.eigenvalues 1.5 [| 6.0; 2.0; 1.0; 1.0 |]

            Expect.stringContains
                caption
                "The largest is 60.0% of their sum, the ten largest are 100%; 2 of 4 lie above λ."
                "counted"

            Expect.stringEnds (KernelCaptions.eigenvalues 1.0 [||]) "less below it." "nothing to count"

        testCase "the ends of the path say how well its training rows are fitted there"
        <| fun () ->
            let first, last = kernel.Path[0], Array.last kernel.Path

            Expect.equal
                (KernelCaptions.ends kernel.Path)
                $"The regression names right %s{NumberText.accuracy first.TrainAccuracy.Value} of the training rows at λ = %s{NumberText.number first.Ridge} and %s{NumberText.accuracy last.TrainAccuracy.Value} of the training rows at λ = %s{NumberText.number last.Ridge}."
                "both"

            Expect.equal (KernelCaptions.ends [||]) "" "none"
    ]
