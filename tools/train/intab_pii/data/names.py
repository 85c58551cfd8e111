"""People's names of many countries, typed by hand, and names put together from syllables."""
from __future__ import annotations

from dataclasses import dataclass
from unicodedata import normalize

from common.split import held_out
from intab_chat.data.wordlist import WORDS

from .draw import Draw

# culture: (first names, last names)
_NAMES = {
    "en": ("James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew Betty Anthony Sandra Mark Ashley Donald Emily Steven Kimberly Andrew Margaret Paul Donna Joshua Michelle Kenneth Carol Kevin Amanda Brian Melissa George Deborah Timothy Stephanie Ronald Rebecca Jason Laura Edward Helen Jeffrey Sharon Ryan Cynthia Jacob Kathleen Gary Amy Nicholas Shirley Eric Angela Jonathan Anna Stephen Ruth Larry Brenda Justin Pamela Scott Nicole Brandon Katherine Benjamin Samantha Samuel Christine Gregory Emma Frank Olivia Alexander Catherine Raymond Debra Patrick Rachel Jack Carolyn Dennis Janet Tyler Heather Aaron Diane Jose Julie Adam Joyce Nathan Victoria Henry Kelly Zachary Joan Peter Evelyn Kyle Lauren Noah Judith Ethan Megan Jeremy Cheryl Walter Andrea Christian Hannah Keith Martha Roger Jacqueline Terry Frances Austin Gloria Sean Ann Gerald Teresa Carl Kathryn Dylan Sara Harold Janice Jordan Jean Jesse Alice Bryan Madison Lawrence Doris Arthur Abigail Gabriel Julia Bruce Judy Logan Grace Billy Denise Joe Amber Alan Marilyn Juan Beverly Elijah Danielle Willie Theresa Albert Sophia Wayne Marie Randy Diana Mason Brittany Vincent Natalie Liam Isabella Roy Charlotte Bobby Rose Caleb Alexis Bradley Kayla Russell Ava Lucas Mia Harry Poppy Oliver Imogen Alfie Freya Archie Daisy Callum Isla Ewan Fiona Hamish Morag Angus Gavin Nigel Trevor Clive Graham Gemma Tracey Hazel Beatrix Rupert Jasper Felix Hugo Ivy Ruby Violet Hope Faith Joy April June May Summer Autumn Dawn Will Bill Art Drew Chase Hunter Dean Max Sam Alex Chris Pat Robin Jamie Casey Morgan Taylor Riley Quinn Avery Kim Tom Tim Jim Ben Dan Rob Bob Mike Dave Steve Nick Matt Kate Katie Liz Beth Sue Jen Becky Meg Maggie Tony Phil Greg Jeff Ted Ned Gus Ray Lee Dale Glen Clay Chip Rusty Bonnie Penny Wendy Mandy Sandy Cindy Trudy Dot",
           "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Thomas Moore Jackson Martin Lee Thompson White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Baker Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Stewart Morris Rogers Reed Cook Morgan Bell Murphy Bailey Cooper Richardson Cox Howard Ward Peterson Gray James Watson Brooks Kelly Sanders Price Bennett Wood Barnes Ross Henderson Coleman Jenkins Perry Powell Long Patterson Hughes Flores Washington Butler Simmons Foster Bryant Alexander Russell Griffin Hayes Myers Ford Hamilton Graham Sullivan Wallace Woods Cole West Jordan Owens Reynolds Fisher Ellis Harrison Gibson McDonald Cruz Marshall Murray Freeman Wells Webb Simpson Stevens Tucker Porter Hunter Hicks Crawford Henry Boyd Mason Kennedy Warren Dixon Burns Gordon Shaw Holmes Rice Robertson Hunt Black Daniels Palmer Mills Nichols Grant Knight Ferguson Stone Hawkins Dunn Perkins Hudson Spencer Gardner Stephens Payne Pierce Berry Matthews Arnold Wagner Willis Ray Watkins Olson Carroll Duncan Snyder Hart Cunningham Bradley Lane Andrews Harper Fox Riley Armstrong Carpenter Weaver Greene Lawrence Elliott Chapman Sims Austin Peters Kelley Franklin Lawson Fields Ryan Schmidt Carr Wheeler Oliver Banks Meyer Bishop Bird Frost Winter Sharp Swift Pope Rose Love Bloom Church Park Marsh Lake Rivers Waters Field Meadows Forrest Cross Noble Savage Strong Wise Goodman Newman Whitfield Ashworth Blackwood Fairbanks Hathaway Lockhart Pemberton Thistlewood Cartwright Wainwright Holloway Bramley Chesterton Dunmore Eastwood Fenwick Garside Hargreaves Inglewood Kershaw Langley Merriweather Northcott Oakley Prescott Ramsbottom Sheffield Tillman Underhill Varley Wetherby Yardley"),
    "ie": ("Aoife Ciara Niamh Saoirse Siobhán Sinead Orla Roisin Caoimhe Aisling Eoin Oisin Cormac Declan Padraig Seamus Conor Cillian Fergus Liam Brendan Finn Ronan Donal Tadhg Maeve Grainne Deirdre Bronagh Eamon", "O'Brien O'Connor O'Sullivan O'Neill O'Reilly O'Shea O'Leary O'Keeffe Murphy Byrne Ryan Walsh McCarthy Gallagher Doherty Kennedy Lynch Quinn McLoughlin Carroll Connolly Daly Wilson Dunne Brennan Burke Nolan Kavanagh Fitzgerald Fitzpatrick McGrath McMahon MacDonald McKenzie MacLeod McAllister"),
    "de": ("Lukas Leon Finn Jonas Maximilian Elias Noah Paul Felix Julian Moritz Jürgen Klaus Dieter Wolfgang Günther Heinz Stefan Matthias Torsten Uwe Jörg Björn Sebastian Tobias Florian Anna Lena Lea Hannah Marie Sophie Katharina Johanna Clara Ursula Renate Monika Petra Sabine Heike Anke Birgit Ilse Gisela Greta Frieda Annika Svenja Käthe Anneliese", "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Ludwig Winter Simon Kraus Böhm Vogt Krämer Brandt Kuhn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Pfeiffer Hirschfeld Rosenthal Steinberger Habermann Lindenbaum Oberhofer Unterberger Zwingli Aeschbacher Bürgi"),
    "fr": ("Jean Pierre Michel André Philippe Alain Bernard Jacques Daniel René Claude Marcel Luc Antoine Nicolas Julien Mathieu Guillaume Étienne François Benoît Thierry Loïc Yves Marie Nathalie Isabelle Catherine Sylvie Françoise Monique Camille Chloé Manon Léa Inès Juliette Aurélie Céline Hélène Élodie Margaux Océane Amélie Geneviève Véronique Solène Jean-Luc Marie-Claire Anne-Sophie Jean-Baptiste", "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David Bertrand Roux Vincent Fournier Morel Girard André Lefèvre Mercier Dupont Lambert Bonnet François Martinez Legrand Garnier Faure Rousseau Blanc Guérin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clément Gauthier Dumont Lopez Fontaine Chevalier Robin Masson Beaumont Delacroix Marchand Desjardins Lavigne Tremblay Gagnon Bouchard Côté Pelletier d'Aubigné de-Villiers"),
    "es": ("Antonio Manuel José Francisco Juan Javier Carlos Miguel Alejandro Rafael Pedro Ángel Pablo Sergio Fernando Jorge Luis Alberto Diego Adrián Raúl Iván Rubén Óscar Andrés Joaquín Gonzalo Álvaro María Carmen Ana Isabel Dolores Pilar Teresa Rosa Cristina Laura Marta Elena Lucía Paula Sofía Raquel Mercedes Beatriz Rocío Silvia Patricia Inmaculada Consuelo Valentina Ximena Guadalupe Esperanza Itziar Nuria Montserrat", "García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina Morales Suárez Ortega Delgado Castro Ortiz Rubio Marín Sanz Núñez Iglesias Medina Garrido Cortés Castillo Santos Lozano Guerrero Cano Prieto Méndez Cruz Calvo Gallego Vidal León Márquez Herrera Peña Flores Cabrera Campos Vega Fuentes Carrasco Diez Reyes Caballero Nieto Aguilar Pascual Herrero Santana Montero Hidalgo Giménez Ibáñez Quispe Mamani Huamán Restrepo Zapata Arango"),
    "it": ("Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico Bruno Paolo Michele Giorgio Aldo Sergio Luciano Marco Matteo Lorenzo Alessandro Davide Federico Riccardo Simone Stefano Maria Anna Rosa Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Giulia Chiara Sara Martina Giorgia Alessia Elisa Ilaria Valentina Federica Beatrice Ginevra Aurora Niccolò Donatella", "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti De-Luca Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola De-Santis D'Angelo Marchetti Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala D'Amico Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato Silvestri Mazza Testa Grassi Pellegrino Carbone Giuliani Benedetti Barone"),
    "pt": ("João Pedro Tiago Rui Nuno Miguel Gonçalo Duarte Vasco Afonso Rodrigo Caio Thiago Gustavo Felipe Leandro Marcelo Wellington Everton Vinícius Mateus Ana Beatriz Inês Mariana Catarina Joana Rita Leonor Matilde Fernanda Juliana Camila Larissa Letícia Thaís Bruna Débora Simone Luciana Adriana Conceição Fátima", "Silva Santos Oliveira Souza Rodrigues Ferreira Alves Pereira Lima Gomes Costa Ribeiro Martins Carvalho Almeida Lopes Soares Fernandes Vieira Barbosa Rocha Dias Nascimento Andrade Moreira Nunes Marques Machado Mendes Freitas Cardoso Ramos Gonçalves Santana Teixeira Araújo Pinto Cavalcanti Monteiro Moura Correia Batista Campos Azevedo Sousa Coelho Figueiredo Antunes Magalhães Guimarães"),
    "nl": ("Jan Piet Klaas Henk Kees Willem Daan Sem Lars Bram Thijs Ruben Jeroen Sander Maarten Joost Pieter Geert Wouter Bas Anouk Sanne Femke Lotte Fleur Roos Marieke Annelies Ingrid Saskia Mieke Griet Liesbeth Katrien Eline Nienke Tineke Hendrik Cornelis", "de-Jong Jansen de-Vries van-den-Berg van-Dijk Bakker Janssen Visser Smit Meijer de-Boer Mulder de-Groot Bos Vos Peters Hendriks van-Leeuwen Dekker Brouwer de-Wit Dijkstra Smits de-Graaf van-der-Meer van-der-Linden Kok Jacobs de-Haan Vermeulen van-den-Heuvel van-der-Veen van-den-Broek Schouten van-Beek Willems van-Vliet Hoekstra Maas Verhoeven Koster van-Dam Prins Blom Huisman Peeters Claes Goossens Wouters De-Smet Vandenberghe Van-Damme"),
    "no": ("Ole Lars Bjørn Knut Svein Arne Per Kjell Odd Tor Øyvind Håkon Magnus Henrik Sindre Eirik Erik Karl Nils Gustav Anders Johan Mikael Göran Åke Leif Sven Søren Jens Mads Rasmus Kristian Ingrid Kari Anne Liv Marit Solveig Astrid Sigrid Silje Hilde Ragnhild Tuva Maja Elsa Linnea Ebba Birgitta Ulla Annika Kirsten Mette Freja Signe Guðrún Sigurður", "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen Berg Haugen Hagen Johannessen Andreassen Jacobsen Dahl Jørgensen Halvorsen Henriksen Lund Sørensen Jakobsen Moen Gundersen Iversen Strand Solberg Svendsen Eide Knutsen Andersson Johansson Karlsson Nilsson Eriksson Larsson Olsson Persson Svensson Gustafsson Pettersson Jonsson Jansson Hansson Bengtsson Lindberg Lindström Lindqvist Sjöberg Bergström Sandberg Öberg Åkesson Nyström Holmgren Rasmussen Christensen Madsen Kjær Østergaard Jónsdóttir"),
    "fi": ("Juha Timo Matti Kari Mikko Jari Antti Jukka Pekka Heikki Ville Eero Aleksi Onni Anna Tuula Anne Päivi Pirjo Leena Sari Aino Helmi Sanna Kaisa Riikka Mart Toomas Kristjan Liis Jānis Kaspars Dainis Vytautas Rūta Ieva", "Korhonen Virtanen Mäkinen Nieminen Mäkelä Hämäläinen Laine Heikkinen Koskinen Järvinen Lehtonen Lehtinen Saarinen Salminen Heinonen Niemi Tamm Saar Sepp Kask Bērziņš Kalniņš Ozoliņš Kazlauskas Petrauskas Jankauskas"),
    "pl": ("Piotr Krzysztof Andrzej Tomasz Paweł Michał Marcin Jakub Łukasz Grzegorz Wojciech Mateusz Zbigniew Stanisław Kacper Szymon Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Elżbieta Zofia Magdalena Joanna Aleksandra Karolina Paulina Weronika Jan Petr Jiří Tomáš Ondřej Vojtěch Zdeněk Tereza Lenka Markéta Veronika Jozef Ľubomír Zuzana", "Nowak Kowalski Kowalska Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowska Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Nowakowski Pawłowski Michalski Adamczyk Dudek Zając Wieczorek Jabłoński Król Majewski Olszewski Stępień Górska Novák Svoboda Novotný Dvořák Černý Procházka Kučera Veselý Horák Němcová Pokorná Hájek Kráľ Horváth"),
    "ro": ("Andrei Ion Mihai Alexandru Gheorghe Florin Radu Vlad Ștefan Bogdan Elena Ioana Mihaela Raluca Cristina László István Zoltán Gábor Ferenc Attila Péter Balázs Katalin Ildikó Zsófia Ágnes Réka Georgi Dimitar Ivan Nikolay Stoyan Desislava Gergana Marko Nikola Luka Zoran Dragan Milica Jelena Ivana Dražen Tomislav", "Popescu Ionescu Popa Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Nagy Kovács Tóth Szabó Horváth Varga Kiss Molnár Németh Farkas Balogh Papp Ivanov Georgiev Dimitrov Petrov Nikolov Todorova Jovanović Petrović Nikolić Marković Đorđević Horvat Kovačević Babić Marić Novak Zupančič"),
    "gr": ("Giorgos Dimitris Konstantinos Ioannis Nikos Christos Vasilis Panagiotis Maria Eleni Katerina Vasiliki Sofia Angeliki Dimitra Despina Stavros Thanos Yannis Andreas", "Papadopoulos Papadopoulou Georgiou Dimitriou Nikolaidis Vlachos Ioannou Karagiannis Pappas Angelopoulos Konstantinidis Makris Oikonomou Christodoulou Stavropoulos Katsaros Samaras"),
    "ru": ("Alexander Sergey Vladimir Dmitry Andrey Alexey Mikhail Ivan Nikolai Pavel Yuri Oleg Igor Viktor Anatoly Maxim Artem Kirill Elena Olga Natalia Tatiana Irina Svetlana Ekaterina Anastasia Yulia Lyudmila Galina Oksana Taras Bohdan Mykola Volodymyr Olena Kateryna Nadiya", "Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozova Volkova Alekseev Lebedeva Semenov Egorov Pavlova Kozlova Stepanov Nikolaeva Orlov Andreev Makarova Zakharov Shevchenko Kovalenko Bondarenko Tkachenko Kravchenko Oliynyk Melnyk Kovalchuk Polishchuk Lysenko"),
    "tr": ("Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Murat Emre Burak Kerem Yusuf Ömer Can Deniz Fatma Ayşe Emine Hatice Zeynep Elif Meryem Özge Büşra Şule Gül Selin Ece Aylin Serkan Volkan Tolga Onur", "Yılmaz Kaya Demir Çelik Şahin Yıldız Yıldırım Öztürk Aydın Özdemir Arslan Doğan Kılıç Aslan Çetin Kara Koç Kurt Özkan Şimşek Polat Korkmaz Çakır Erdoğan Güneş Aksoy Bulut Keskin Turan Güler Avcı Bozkurt"),
    "ar": ("Mohammed Ahmed Mahmoud Omar Khaled Youssef Hassan Ibrahim Abdullah Mustafa Tariq Karim Faisal Sami Rashid Bilal Hamza Nasser Walid Ziad Fatima Aisha Maryam Layla Noor Zainab Huda Rania Salma Amira Yasmin Dina Hala Nadia Samira Rehab Lina Abdul-Rahman Nour Ayman", "Hassan Ali Ibrahim Mahmoud Al-Rashid Al-Farsi El-Sayed Al-Masri Haddad Khoury Nasser Mansour Saleh Hamdan Qasim Aziz Farouk Abbas Khalil Darwish Najjar Bakr Al-Amin Suleiman Othman Zaki Shaheen Hijazi Al-Harbi Al-Qahtani Bouazizi Benali El-Idrissi Tazi Amrani"),
    "fa": ("Reza Hossein Mehdi Amir Ali Parisa Shirin Maryam Leila Nasrin Farhad Kaveh Dariush Babak Niloufar Golnaz Arash Behrouz Soraya Roya", "Hosseini Ahmadi Mohammadi Karimi Rezaei Moradi Jafari Rahimi Ebrahimi Kazemi Tehrani Esfahani Shirazi Farahani Ghorbani Rostami"),
    "he": ("Yosef Moshe Avi Eitan Noam Itai Yael Tamar Noa Shira Michal Rivka Chaim Dov Ariel Gilad Orit Talia Ronen Shlomo", "Cohen Levi Mizrahi Peretz Biton Dahan Avraham Friedman Katz Shapiro Goldberg Rosen Ben-David Bar-Lev Azulay Malka Weiss Segal Amar Halevi"),
    "in": ("Aarav Vivaan Aditya Arjun Rohan Rahul Amit Sanjay Vijay Suresh Ramesh Rajesh Anil Sunil Deepak Manoj Karthik Srinivas Venkatesh Harish Ananya Priya Pooja Neha Anjali Kavita Sunita Lakshmi Divya Shreya Meera Aishwarya Sneha Ritu Swati Nandini Radhika Geeta Ishaan Krishnan Gurpreet Harpreet Manpreet Jaspreet Farhan Imran Shabnam", "Sharma Verma Gupta Singh Kumar Patel Shah Mehta Joshi Desai Reddy Rao Nair Menon Iyer Iyengar Pillai Krishnan Subramaniam Chatterjee Banerjee Mukherjee Ghosh Das Bose Sen Mishra Pandey Tiwari Yadav Chauhan Kapoor Khanna Malhotra Chopra Bhatia Agarwal Jain Kulkarni Deshpande Patil Naidu Choudhury Kaur Gill Sandhu Grewal Srivastava Saxena Bhattacharya"),
    "pk": ("Muhammad Usman Bilal Asif Kamran Faisal Adnan Zubair Shahid Ayesha Sana Hina Rabia Saima Nazia Farzana Rahim Kabir Nasrin Taslima Shahida Tanvir Arif Rafiq", "Khan Ahmed Malik Hussain Iqbal Butt Chaudhry Sheikh Qureshi Siddiqui Mirza Akhtar Rehman Baig Rahman Hossain Islam Chowdhury Uddin Begum Miah Akter Sultana"),
    "cn": ("Wei Fang Na Min Jing Li Qiang Lei Jun Yang Yong Jie Juan Tao Ming Chao Xiuying Xia Ping Gang Haoran Yuxuan Zihan Xinyi Yichen Zixuan Mengyao Xiaoming Jianguo Guoqiang Meiling Lihua Ruoxi Siyuan Tianyu Wenjie Zhihao Jiayi Qiuyue Shuang Peng Bo", "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng Liang Xie Song Tang Xu Han Feng Deng Cao Peng Zeng Xiao Tian Dong Pan Yuan Cai Jiang Yu Du Ye Cheng Wei Su Lu Ding Ren Shen Yao Zhong Cui Tan Fan Liao Shi Jin Jia Xia Fu Fang Zou Xiong Bai Meng Qin Qiu Hou Ouyang Chan Wong Cheung Leung Kwok Lau Ng"),
    "jp": ("Haruto Yuto Sota Hiroshi Takashi Kenji Akira Satoshi Daisuke Kazuki Takeshi Makoto Naoki Ryo Shota Yusuke Tetsuya Masato Yui Hina Sakura Yuki Aoi Rin Misaki Haruka Keiko Yoko Naomi Akiko Michiko Emi Kaori Mai Tomoko Ayumi Nanami Chiyo Shinji Ren", "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Yamaguchi Matsumoto Inoue Kimura Hayashi Shimizu Yamazaki Mori Abe Ikeda Hashimoto Yamashita Ishikawa Nakajima Maeda Fujita Ogawa Goto Okada Hasegawa Murakami Kondo Ishii Saito Sakamoto Endo Aoki Fujii Nishimura Fukuda Ota Miura Fujiwara Okamoto Matsuda Nakagawa Nakano Harada Ono Tamura Takeuchi"),
    "kr": ("Min-jun Seo-yeon Ji-hoon Ji-woo Hyun-woo Sung-min Dong-hyun Ye-jin Soo-jin Eun-ji Young-ho Jae-won Hye-rin Minho Jisoo Yuna Taeyang Seojun Haeun Chaewon Kyung-soo Sang-hoon", "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Yoo Hong Jeon Moon Bae Baek Nam Heo"),
    "vn": ("Minh Anh Linh Hung Dung Tuan Huong Lan Thanh Hoa Phuong Trang Quang Duc Long Khanh Thao Ngoc Mai Nam Somchai Siriporn Nattapong Kanya Budi Siti Agus Dewi Putri Rizky Wayan Ketut Jun Maricel Rodel Jhun Marivic Nurul Aisyah", "Nguyen Tran Le Pham Hoang Phan Vu Vo Dang Bui Do Ho Ngo Duong Ly Srisuk Chaiyasit Thongchai Wongsakul Santoso Wijaya Hidayat Setiawan Kusuma Nugroho Pratama dela-Cruz Reyes Bautista Villanueva Mendoza Salazar Manalo binti-Ismail bin-Abdullah Tan Lim Goh"),
    "af": ("Chinedu Emeka Oluwaseun Tunde Babatunde Ngozi Chioma Amaka Adaeze Funke Yetunde Ifeoma Obinna Uche Segun Folake Kwame Kofi Kwabena Ama Akosua Abena Efua Yaw Wanjiru Kamau Otieno Achieng Mwangi Njeri Juma Baraka Amani Zawadi Thabo Sipho Lerato Nomsa Zanele Bongani Tendai Rutendo Abebe Tigist Dawit Selam Mamadou Aminata Ousmane Fatou Moussa Aïssatou", "Okafor Okonkwo Adeyemi Adebayo Ogunleye Balogun Eze Nwosu Okeke Obi Chukwu Ibrahim Abubakar Bello Mensah Owusu Asante Boateng Osei Agyeman Appiah Kamau Njoroge Odhiambo Otieno Wanjiku Kipchoge Mutua Kariuki Dlamini Nkosi Ndlovu Zulu Mokoena Khumalo Mahlangu van-der-Merwe Botha Pretorius du-Plessis Naidoo Moyo Chikwanha Tesfaye Bekele Diallo Traoré Keita Ndiaye Diop Touré Coulibaly"),
}
NAMES = {culture: (first.split(), [name.replace("-", " ") if name[:2].lower() in ("de", "d'", "va", "bi", "du") and "-" in name else name for name in last.split()]) for culture, (first, last) in _NAMES.items()}
_CULTURES = list(NAMES) + ["en"] * 11 + ["ie", "de", "fr", "es", "it", "nl", "no", "pl", "in", "in", "cn", "jp", "af", "es", "pt"]

_ONSETS = "b br c ch cl d dr f g gr h j k kl l m n p pr r s sh sk st t th tr v w y z kh zh sw gw bh".split() + [""] * 3
_VOWELS = "a e i o u a e i o u a i ai ei ia ou ee oo au".split()
_CODAS = "n r l s m nd ck rt ss ll th k rd nn t".split() + [""] * 14
_LAST_ENDINGS = "son sen ski ska ov ova ez ev berg mann stein ton ley field wood er eau ini elli idis enko yan oglu wala ford worth man ic uk as sson dottir well by ham ang ura moto da".split() + [""] * 12
_SUFFIXES = [" Jr.", " Jr", " Sr.", " III", " II", " IV"]
_MIDDLE = "ABCDEFGHJKLMNPRSTVW"


def syllables(d: Draw, low: int, high: int) -> str:
    return "".join(d.pick(_ONSETS) + d.pick(_VOWELS) + (d.pick(_CODAS) if d.chance(0.4) else "") for _ in range(d.between(low, high)))


def _made_up(d: Draw, last: bool) -> str:
    while True:
        name = d.pick(WORDS).capitalize() if d.chance(0.12) else (syllables(d, 1, 2) + d.pick(_LAST_ENDINGS)).capitalize() if last else syllables(d, 2, 3).capitalize()
        if 3 <= len(name) <= 13 and held_out(name) == (d.split == "test"):
            return name


@dataclass
class Person:
    culture: str
    first: str
    last: str

    def full(self, d: Draw) -> str:
        """The name as it may stand in a text."""
        first, last, roll = self.first, self.last, d.random()
        if self.culture in ("cn", "kr", "jp", "vn", "ro") and d.chance(0.3):
            return f"{last} {first}"
        if roll < 0.72:
            return f"{first} {last}"
        middle = d.pick(_MIDDLE)
        if roll < 0.79:
            return f"{first} {middle}. {last}"
        if roll < 0.81:
            return f"{first} {middle} {last}"
        if roll < 0.85:
            return f"{first[0]}. {last}"
        if roll < 0.87:
            return f"{first[0]}.{d.pick(['', ' '])}{middle}. {last}"
        if roll < 0.89:
            return f"{first} {last}{d.pick([',', ''])}{d.pick(_SUFFIXES)}"
        if roll < 0.92:
            return f"{first} {first_name(d, self.culture)} {last}"
        if roll < 0.96 and " " not in last:
            return f"{first} {last}{d.pick(['-', '-', ' '])}{last_name(d, self.culture).split(' ')[-1]}"
        if roll < 0.97:
            return f"{first}-{first_name(d, self.culture)} {last}"
        if roll < 0.98 and self.culture == "ar":
            return f"{first} {d.pick(['bin', 'ibn', 'abu', 'Abu'])} {last}"
        return f"{first} {last}"


def first_name(d: Draw, culture: str) -> str:
    return _listed(d, NAMES[culture][0]) if d.chance(0.68) else _made_up(d, False)


def last_name(d: Draw, culture: str) -> str:
    if d.chance(0.65):
        return _listed(d, NAMES[culture][1])
    name = _made_up(d, True)
    return d.pick(["O'", "Mc", "Mac", "D'", "Van ", "De ", "von ", "al-", "El ", "St. ", "Le "]) + name if d.chance(0.1) else name


def _listed(d: Draw, names: list[str]) -> str:
    name = d.own(names)
    if held_out(name) != (d.split == "test"):
        return _made_up(d, False)
    return name if d.chance(0.93) else _changed(d, name)


def _changed(d: Draw, name: str) -> str:
    """A name spelled in another way, or cut to a short form."""
    i = d.between(1, len(name) - 1)
    other = d.pick([name[:i] + name[i + 1:], name[:i] + d.pick("aeiouylnrst") + name[i:], name[:i] + d.pick("aeiouyhlnrstk") + name[i + 1:], name[:max(3, i)], name[:max(3, i)] + d.pick(["ie", "y", "a", "o", "ina", "ette"])])
    return other if len(other) > 2 and held_out(other) == (d.split == "test") else name


def person(d: Draw) -> Person:
    culture = d.pick(_CULTURES)
    out = Person(culture, first_name(d, culture), last_name(d, d.pick(_CULTURES) if d.chance(0.12) else culture))
    d.people.append(out)
    return out


_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i", "đ": "d", "ð": "d"})


def ascii_name(name: str) -> str:
    """The letters of a name as an e-mail address spells them."""
    return "".join(c for c in normalize("NFD", name.lower()).translate(_LETTERS) if "a" <= c <= "z" or c == "-")
