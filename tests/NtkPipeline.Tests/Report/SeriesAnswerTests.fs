module NtkPipeline.Tests.SeriesAnswerTests

open Expecto
open NtkPipeline.Core
open NtkPipeline.Tests.SampleAnswers

let private details findings = Answer.details findings |> List.map _.Text |> String.concat " "

let tests =
    testList "SeriesAnswer" [
        testCase "from which width on networks are their kernel: both the kernel and the accuracy must be its"
        <| fun () ->
            says (details (given false worse none)) [
                "At ‖x‖ = √d networks are their kernel from m = 4096 on"
                "less than 5.0%"
                "At ‖x‖ = 1 none of the widths tried makes networks their kernel: at m = 4096 it moves by 13"
                "differs from the tuned kernel's by −4.1 percentage points"
            ]

            let lenient = given false worse none
            let lenient = { lenient with Comparison = { lenient.Comparison with LazyThreshold = 0.1 } }
            says (details lenient) [ "At ‖x‖ = √d networks are their kernel from m = 1024 on" ]

        testCase "a kernel that stays put while the accuracy differs, or cannot be told"
        <| fun () ->
            says (details (given false none worse)) [
                "stays put from m = 4096 on"
                "yet their accuracy is not the tuned kernel's: at m = 4096 it differs by −4.1"
            ]

            says (details (given false none open')) [
                "whether their accuracy is the tuned kernel's within 1.0 percentage points cannot be told"
                "validation tweets would tell"
            ]

        testCase "bands shrink like the root of the rows"
        <| fun () ->
            let findings = SampleFindings.make false
            let ask distance = SeriesAnswer.needed findings (band 0.0 -0.02 0.02) distance
            says (ask 0.01) [ "about 6,100 validation tweets" ]
            says (ask 0.0) [ "far more" ]
            says (ask 0.03) [ "A few more" ]

        testCase "the kernel's accuracy with its error, and what the input dimension does"
        <| fun () ->
            let kernel = SampleFindings.make false
            let accuracy = NumberText.accuracy kernel.Kernel.Validation.Accuracy

            says (details kernel) [
                $"classifies %s{accuracy} of 1,523"
                "standard error 1.0 percentage points"
            ]

            let sure = {
                kernel.Kernel with
                    Validation = { kernel.Kernel.Validation with Accuracy = 1.0 }
            }

            let sure = { kernel with Kernel = sure; Data = { kernel.Data with ValidationRows = 24 } }
            // 0.05^(1/24)
            says (details sure) [ "classifies 100.0% of 24"; "(at least 88.3% at 95% confidence)" ]
            let limits = Giraffe.ViewEngine.RenderView.AsString.htmlNode (Glossary.limits sure)
            Expect.stringContains limits "at least 88.3% at 95% confidence" "the same in the limits"

            let dimensions accuracies =
                let points =
                    accuracies
                    |> List.mapi (fun k accuracy -> {
                        Dimensions = 8 <<< k
                        ExplainedVariance = 0.5
                        HeldOut = { RelativeRidge = 1.0; Accuracy = accuracy; Error = 0.5 }
                    })

                details { kernel with Dimensions = { Rows = 2000; Points = Array.ofList points } }

            says (dimensions [ 0.70; 0.80; 0.79 ]) [
                "accuracy rises"
                "70.0%"
                "79.0% at d = 32"
                "most, 80.0%, at d = 16"
            ]

            Expect.isFalse ((dimensions [ 0.70; 0.80 ]).Contains "most,") "nothing twice"

            says (dimensions [ 0.80; 0.70 ]) [ "accuracy falls" ]
            says (dimensions [ 1.0; 1.0 ]) [ "hardly changes"; "at least 99.9%" ]
            says (dimensions [ 0.80; 0.805 ]) [ "hardly changes" ]
            Expect.isFalse ((dimensions [ 0.8 ]).Contains "input dimension") "one is no comparison"
    ]
