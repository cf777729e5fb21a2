namespace NtkPipeline.Core

/// What targets mean, in one place: the help of every command that takes some, and `ntk help targets`.
[<RequireQualifiedAccess>]
module TargetGuide =

    /// One sentence, for an option.
    let sentence: string =
        "One column of two values is two classes; several columns with the larger of two values once in each row are a class each; all else are numbers (`ntk help targets`)."

    /// The page for a terminal.
    let page: string =
        "Targets are N numbers, or N × outputs, and one rule says what they are, in regress, select, descend, learn, solve and posterior:\n\
         \n  \
         one column of two values     two classes, whatever the values (−1 and 1, 0 and 1, 3 and 7): outputs are cut at 0 where 0 lies\n                               \
         between them, else half way\n  \
         several columns, two values  one class a column where each row has the larger value exactly once (1 of 0 and 1, of −1 and 1):\n                               \
         the largest output names the class\n  \
         all else                     numbers: squared errors are told, accuracies are not, and what ranks by accuracy is refused\n\
         (select ranks by one column at a time)\n\
         \n\
         The fit is the same in all three: squares of the numbers as they stand. Classes decide only what is told of it (accuracy, F1), how\n\
         folds are stratified, and what an accuracy ranks.\n\
         \n\
         Cross-entropy (ntk descend --loss cross-entropy) needs classes or probabilities:\n  \
         one column                   logistic: −1 and 1, or probabilities from 0 to 1; P(class) = 1/(1 + e^−f)\n  \
         several columns              softmax: each row a class (the larger value once), or probabilities that add up to 1; P(k) = e^f_k / Σ e^f\n\
         \n\
         Several yes-or-no questions at once are not several classes: train on each column alone.\n\
         \n\
         A ridge is written the same way everywhere: --ridge 0.1 is λ itself, --ridge 0.1rel is 0.1 times the mean of the kernel's diagonal;\n\
         both are told. A time of training is η·t, of gradient flow on ½·mean((f − y)²) over rows and outputs: --rate η --time t in posterior,\n\
         --rate η --times t in descend, so that the same two numbers give the same outputs; inf is the end. Where one grid serves several kernels (select), ridges and times are\n\
         multiples, and say so: --ridges 1e-3rel:10rel:4, --times 1rel,10rel (of N/Λ_max)."
